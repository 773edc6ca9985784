#!/usr/bin/env node
// The command line. Exit status: 0 done, 1 failed, 2 wrong usage or settings. What a command needs is loaded when it is
// called: a gateway in production pays for no emulator, and a look at the settings for no gateway.
import { readFileSync } from 'node:fs'
import { Command, CommanderError, InvalidArgumentError } from 'commander'
import { SettingsRefused } from '../errors.js'
import { keepTickShape } from '../lib/tick-shape.js'
import type { ConfigOptions } from './config.js'
import type { ExplainOptions } from './config-explain.js'
import type { ImportAlbOptions, ImportProxyOptions } from './config-import.js'
import type { DevOptions } from './dev.js'
import type { DoctorOptions } from './doctor.js'
import type { EmulatorCommandOptions } from './emulator.js'
import type { SessionOptions } from './emulator-session.js'
import type { TokenOptions } from './emulator-token.js'
import type { InitOptions } from './init.js'
import { keygen } from './keygen.js'
import type { SessionsOptions } from './sessions.js'

keepTickShape()

const { version } = JSON.parse(
  readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
) as { version: string }

const program = new Command('cognito-gateway')
  .description('Signs browsers in at the Amazon Cognito hosted UI and proxies verified requests.')
  .version(version)
  .showHelpAfterError('(--help lists the commands)')
  .exitOverride()

program
  .command('start', { isDefault: true })
  .description('serve; settings from gateway.yaml and the environment')
  .option('--config <file>', 'settings file (default: gateway.yaml, when there is one)')
  .action(async (options: { config?: string }) => {
    const { start } = await import('./start.js')
    await start(options)
  })

program
  .command('dev')
  .description('serve a sample application behind a local Cognito emulator, nothing to set up')
  .option('--config <file>', 'settings for the gateway; what is missing is filled in')
  .option('--public-client', 'log in with the app client that has no secret')
  .option('--port <number>', 'port of the gateway', toPort, 3000)
  .option('--admin-port <number>', 'port of its admin listener', toPort, 3001)
  .option('--emulator-port <number>', 'port of the emulator', toPort, 9339)
  .option('--app-port <number>', 'port of the sample application', toPort, 8080)
  .action(async (options: DevOptions) => {
    const { dev } = await import('./dev.js')
    await dev(options)
  })

const emulatorCommand = program
  .command('emulator')
  .description('serve a local user pool with its hosted UI')
  .option('--pool <file>', 'users, groups, app clients and lifetimes as YAML')
  .option('--host <address>', 'address to listen on', 'localhost')
  .option('--port <number>', 'port to listen on', toPort, 9339)
  .option('--state <file>', 'keep users, keys, sign-ins and sessions in this file over restarts')
  .option('--https', 'speak https, with a certificate made at the start')
  .option('--cert <file>', 'speak https with this certificate (PEM); needs --key')
  .option('--key <file>', 'key of the certificate (PEM)')
  .action(async (options: EmulatorCommandOptions) => {
    const { emulator } = await import('./emulator.js')
    await emulator(options)
  })
const runningEmulator = 'http://localhost:9339'
emulatorCommand
  .command('token')
  .description('print a token of a running emulator')
  .requiredOption('--user <name>', 'whose')
  .option('--client <id>', 'for this app client (default: the first of the pool)')
  .option('--scope <scopes>', 'with these scopes (default: all of the client)')
  .option('--use <kind>', 'access, id or refresh', 'access')
  .option('--json', 'all of them, as the token endpoint answers')
  .option('--url <url>', 'where the emulator is', runningEmulator)
  .action(async (options: TokenOptions) => {
    const { emulatorToken } = await import('./emulator-token.js')
    await emulatorToken(options)
  })
emulatorCommand
  .command('session')
  .description("print a signed-in browser as Playwright's storage state")
  .requiredOption('--user <name>', 'whose')
  .option('--gateway <url>', 'a page behind a gateway, to be signed in there too')
  .option('--output <file>', 'file to write (default: standard output)')
  .option('--url <url>', 'where the emulator is', runningEmulator)
  .action(async (options: SessionOptions) => {
    const { emulatorSession } = await import('./emulator-session.js')
    await emulatorSession(options)
  })

program
  .command('doctor')
  .description('check settings, user pool, app client, applications and Redis; changes nothing')
  .option('--config <file>', 'settings file (default: gateway.yaml, when there is one)')
  .option('--json', 'the findings as JSON')
  .option('--aws', 'also read the app client through the AWS API, with read rights, and compare')
  .option(
    '--direct <url>',
    'an address at which the application must not answer the world; may come several times',
    addUrl,
  )
  .action(async (options: DoctorOptions) => {
    const { doctor } = await import('./doctor.js')
    process.exitCode = await doctor(options)
  })

program
  .command('init')
  .description('write gateway.yaml from a few answers; what is not given is asked on a terminal')
  .option('--pool-id <id>', 'id of the user pool')
  .option('--client-id <id>', 'id of the app client')
  .option('--client-secret-file <file>', 'file with its secret (or COGNITO_CLIENT_SECRET)')
  .option('--public-client', 'the app client has no secret')
  .option('--domain <domain>', 'domain of the hosted UI: prefix, custom domain or full URL')
  .option('--url <url>', 'public origin of the gateway, as browsers see it')
  .option('--upstream <url>', 'address of the application')
  .option(
    '--issuer <url>',
    'issuer, where it does not follow from the pool id, as with an emulator',
  )
  .option('--no-secrets', 'leave both secrets out of the file: they come from the environment')
  .option('--output <file>', 'file to write', 'gateway.yaml')
  .option('--force', 'replace a file that is there')
  .action(async (options: InitOptions) => {
    const { init } = await import('./init.js')
    process.exitCode = await init(options)
  })

const sessions = program
  .command('sessions')
  .description('list and end sessions, through the Redis that the gateway uses')
sessions
  .command('list')
  .description('print living sessions')
  .option('--config <file>', 'settings file (default: gateway.yaml, when there is one)')
  .option('--user <sub>', 'sessions of this user')
  .option('--all', 'sessions of all users')
  .option('--json', 'one JSON object a line')
  .action(async (options: SessionsOptions) => {
    const { listSessions } = await import('./sessions.js')
    await listSessions(options)
  })
sessions
  .command('end')
  .description('end sessions and revoke their refresh tokens')
  .option('--config <file>', 'settings file (default: gateway.yaml, when there is one)')
  .option('--user <sub>', 'sessions of this user')
  .option('--all', 'sessions of all users')
  .option('--before <time>', 'only those begun before this instant (ISO 8601)', toInstant)
  .option('--json', 'the result as JSON')
  .action(async (options: SessionsOptions) => {
    const { endSessions } = await import('./sessions.js')
    await endSessions(options)
  })

const config = program.command('config').description('look at settings before they are used')
config
  .command('check')
  .description('say everything that is wrong with the settings')
  .option('--config <file>', 'settings file (default: gateway.yaml, when there is one)')
  .option('--json', 'the answer as JSON')
  .action(async (options: ConfigOptions) => {
    const { checkConfig } = await import('./config.js')
    process.exitCode = await checkConfig(options)
  })
config
  .command('print')
  .description('print the settings in force and where each comes from; secrets stay hidden')
  .option('--config <file>', 'settings file (default: gateway.yaml, when there is one)')
  .option('--json', 'the answer as JSON')
  .action(async (options: ConfigOptions) => {
    const { printConfig } = await import('./config.js')
    await printConfig(options)
  })
config
  .command('schema')
  .description('print the JSON Schema of gateway.yaml, for editors')
  .action(async () => {
    const { printSchema } = await import('./config.js')
    printSchema()
  })
config
  .command('explain')
  .description('say which route takes a request, who may pass, and what the application gets')
  .argument('<method>', 'GET, POST, …')
  .argument('<url>', 'a URL of the gateway, or a path')
  .option('--config <file>', 'settings file (default: gateway.yaml, when there is one)')
  .option('--groups <a,b>', 'groups of the person', toList)
  .option('--scopes <a,b>', 'scopes of the access token', toList)
  .option('--email <address>', 'verified e-mail address of the person')
  .option('--claim <name=value>', 'a claim of the ID token; may come several times', addPair)
  .option('--nobody', 'nobody is signed in')
  .option('--json', 'the answer as JSON')
  .action(async (method: string, url: string, options: ExplainOptions) => {
    const { explain } = await import('./config-explain.js')
    await explain(method, url, options)
  })

const imports = config
  .command('import')
  .description('write the settings of another gateway as ours; says what has no counterpart')
imports
  .command('oauth2-proxy')
  .description('from its configuration file, a file of flags or of variables, or the environment')
  .argument('[file]', 'by default the variables OAUTH2_PROXY_… of this process')
  .option('--domain <domain>', 'domain of the hosted UI: prefix, custom domain or full URL')
  .option('--output <file>', 'file to write (default: standard output)')
  .option('--force', 'replace a file that is there')
  .action(async (file: string | undefined, options: ImportProxyOptions) => {
    const { importOauth2Proxy } = await import('./config-import.js')
    process.exitCode = await importOauth2Proxy(file, options)
  })
imports
  .command('alb')
  .description('from the rules of an Application Load Balancer')
  .argument('<file>', 'answer of aws elbv2 describe-rules --listener-arn … --output json')
  .option('--url <url>', 'public origin, where no rule names a host')
  .option('--upstream <url>', 'address of the application, for every target group')
  .option('--target <name=url>', 'address of a target group; may come several times', addPair)
  .option('--output <file>', 'file to write (default: standard output)')
  .option('--force', 'replace a file that is there')
  .action(async (file: string, options: ImportAlbOptions) => {
    const { importAlb } = await import('./config-import.js')
    process.exitCode = await importAlb(file, options)
  })

program
  .command('health')
  .description('exit with 0 when the gateway on this machine answers; for container health checks')
  .option(
    '--url <url>',
    'what to ask',
    `http://127.0.0.1:${process.env.GATEWAY_ADMIN_PORT || 3001}/healthz`,
  )
  .action(async (options: { url: string }) => {
    const { health } = await import('./health.js')
    process.exitCode = await health(options)
  })

program
  .command('keygen')
  .description('print a new secret for GATEWAY_SECRET')
  .action(() => keygen())

try {
  await program.parseAsync()
} catch (error) {
  process.exitCode = report(error)
}

function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
  if (error instanceof SettingsRefused) {
    const complaints = error.complaints.map(complaint => `  - ${complaint}\n`)
    process.stderr.write(`cognito-gateway: ${error.message}.\n${complaints.join('')}`)
    return 2
  }
  process.stderr.write(`cognito-gateway: ${(error as Error).message}\n`)
  return 1
}

function toPort(text: string): number {
  const port = Number(text)
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port
  throw new InvalidArgumentError(`a port is a number from 0 to 65535, not ${text}`)
}

function toInstant(text: string): number {
  const instant = Date.parse(text)
  if (/^\d{4}-\d\d-\d\dT.*(?:Z|[+-]\d\d:\d\d)$/.test(text) && !Number.isNaN(instant)) {
    return instant / 1000
  }
  throw new InvalidArgumentError(`expected an instant such as 2026-11-20T18:00:00Z, not ${text}`)
}

function addUrl(text: string, before: readonly string[] = []): readonly string[] {
  const url = URL.canParse(text) ? new URL(text) : null
  if (url !== null && /^https?:$/.test(url.protocol)) return [...before, url.origin]
  throw new InvalidArgumentError(`expected an address such as http://203.0.113.7:8080, not ${text}`)
}

function toList(text: string): string[] {
  return text.split(',').filter(item => item !== '')
}

function addPair(text: string, before: Record<string, string> = {}): Record<string, string> {
  const [, name, value] = /^([^=]+)=(.*)$/s.exec(text) ?? []
  if (name !== undefined && value !== undefined) return { ...before, [name]: value }
  throw new InvalidArgumentError(`expected name=value, not ${text}`)
}
