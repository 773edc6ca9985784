// What the documents tell people to type is run; what they tell them to write is read by what reads it.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import { parse, parseDocument } from 'yaml'
import { renderErrorsPage } from '../scripts/errors-page.js'
import { compareRegistered } from '../src/cli/checks/registered-difference.js'
import { loadConfig } from '../src/config.js'
import { startEmulator } from '../src/emulator/app.js'
import { parsePool } from '../src/emulator/pool.js'
import { errorTable } from '../src/errors.js'
import { mergeTrees, type SettingTree } from '../src/lib/setting-sources.js'
import { urlsToRegister } from '../src/services/registration.js'
import { awsApi } from './fixtures/aws-api.js'
import { runCommand } from './fixtures/command.js'
import { freePort } from './fixtures/free-port.js'
import { clientSecret, secret, users } from './fixtures/gateway.js'
import { program } from './fixtures/program.js'
import { recordingUpstream } from './fixtures/recording-upstream.js'
import { redisServer } from './fixtures/redis-server.js'

const folder = fileURLToPath(new URL('../docs', import.meta.url))
const root = fileURLToPath(new URL('..', import.meta.url))
const pages = new Map(
  readdirSync(folder).map(name => [name, readFileSync(`${folder}/${name}`, 'utf8')]),
)

function blocks(page: string, language: string): string[] {
  return [...page.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, 'gms'))].map(
    ([, text = '']) => text,
  )
}

const commands = [...pages].flatMap(([name, page]) =>
  blocks(page, 'sh').flatMap(block =>
    block
      .trim()
      .split('\n')
      .map(line => ({ name, line })),
  ),
)
const url = 'https://app.example.com'
const clientId = '1example23456789'

t.test('errors.md is what the tables say', async t => {
  t.equal(pages.get('errors.md'), renderErrorsPage(), 'npm run docs writes it')
  for (const [page, text] of pages) {
    for (const [code] of text.matchAll(/GW_ERR_[A-Z_]+/g)) t.ok(code in errorTable, page)
  }
})

t.test('links lead somewhere', async t => {
  const readme = readFileSync(`${root}/README.md`, 'utf8')
  const links = [...pages.values()].flatMap(page => [...page.matchAll(/\]\(([^)#:]+)\)/g)])
  for (const [, link = ''] of links) t.ok(existsSync(`${folder}/${link}`), link)
  for (const name of pages.keys()) t.ok(readme.includes(`(docs/${name})`), `README links ${name}`)
})

t.test('settings in the documents pass our own check', async t => {
  const base: SettingTree = {
    secrets: secret,
    cognito: { userPoolId: 'eu-west-1_AbCdEfGhI', clientId, domain: 'my-app' },
  }
  const written = [...pages].flatMap(([name, page]) =>
    blocks(page, 'yaml').map(text => ({ name, text })),
  )
  t.ok(written.length >= 6)
  for (const { name, text } of written) {
    t.ok(loadConfig({ env: {}, base: mergeTrees(base, parse(text)) }), name)
  }
})

/** Everything that the commands need, each in a folder of its own. */
async function workplace(t: Test) {
  const client = {
    id: clientId,
    secrets: [clientSecret],
    callbackUrls: [`${url}/oauth2/callback`],
    logoutUrls: [`${url}/oauth2/signed_out`],
  }
  const emulator = await startEmulator({
    pool: parsePool({ users, clients: [client] }),
    port: await freePort(),
  })
  t.teardown(() => emulator.close())
  const api = await awsApi(t)
  api.answer(200, { UserPoolClient: { ...registeredByTemplate(), ClientSecret: clientSecret } })
  const upstream = (await recordingUpstream(t)).origin
  const settings = {
    url,
    upstream,
    listen: { host: '127.0.0.1', port: await freePort() },
    admin: { port: await freePort() },
    secrets: secret,
    cognito: {
      userPoolId: emulator.settings.poolId,
      issuer: emulator.issuer,
      clientId,
      clientSecret,
      domain: emulator.domain,
    },
    session: { store: 'redis', redis: { url: (await redisServer(t)).url } },
  }
  const env = {
    AWS_ENDPOINT_URL: api.url,
    AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'example',
  }
  /** The pool of the documents is the emulator's. */
  const real = (line: string) => {
    const words = line
      .replace('eu-west-1_AbCdEfGhI', emulator.settings.poolId)
      .replace('--domain my-app', `--domain ${emulator.domain}`)
      .replace('http://localhost:8080', upstream)
    return line.startsWith('cognito-gateway init ') ? `${words} --issuer ${emulator.issuer}` : words
  }
  const cwdFor = (line: string) =>
    t.testdir({
      'client-secret': clientSecret,
      'oauth2-proxy.cfg': `oidc_issuer_url = "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEfGhI"
client_id = "${clientId}"\nredirect_url = "${url}/oauth2/callback"\nemail_domains = ["*"]\nupstreams = ["http://app/"]\n`,
      'rules.json': albRules,
      ...(/--output|^cognito-gateway init/.test(line)
        ? {}
        : { 'gateway.yaml': JSON.stringify(settings) }),
    })
  return { env, real, cwdFor }
}

t.test('every command of ours does what it is there for', async t => {
  const { env, real, cwdFor } = await workplace(t)
  const ours = commands.filter(({ line }) => line.startsWith('cognito-gateway '))
  t.ok(ours.length >= 12)
  for (const { name, line } of ours) {
    const words = real(line).split(' ').slice(1)
    const cwd = cwdFor(line)
    const { status, stderr, stdout } = words.includes('start')
      ? await startAndStop(words, cwd)
      : await runCommand(words, { cwd, env })
    t.equal(status, 0, `${name}: ${line}: ${stderr} ${stdout}`)
  }
})

/** Serves until it says so. */
async function startAndStop(words: readonly string[], cwd: string) {
  const child = spawn(process.execPath, [...program, ...words], {
    cwd,
    env: { PATH: process.env.PATH ?? '' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = once(child, 'exit')
  let stdout = ''
  for await (const line of createInterface({ input: child.stdout })) {
    stdout += line
    if (line.includes('gateway listens')) child.kill('SIGTERM')
  }
  const [code] = await ended
  return { status: stdout.includes('gateway listens') ? code : -1, stdout, stderr: '' }
}

/** Required options of what the documents use of the AWS CLI, and the others that they may have. */
const awsCommands: Record<string, { needs: string[]; may: string[] }> = {
  'cognito-idp create-user-pool': {
    needs: ['pool-name'],
    may: ['username-attributes', 'auto-verified-attributes'],
  },
  'cognito-idp create-user-pool-domain': { needs: ['user-pool-id', 'domain'], may: [] },
  'cognito-idp create-user-pool-client': {
    needs: ['user-pool-id', 'client-name'],
    may: [
      ...['generate-secret', 'allowed-o-auth-flows-user-pool-client', 'allowed-o-auth-flows'],
      ...['allowed-o-auth-scopes', 'callback-urls', 'logout-urls', 'supported-identity-providers'],
    ],
  },
  'cognito-idp admin-create-user': { needs: ['user-pool-id', 'username'], may: [] },
  'cognito-idp describe-user-pool-client': { needs: ['user-pool-id', 'client-id'], may: [] },
  'cloudformation deploy': {
    needs: ['template-file', 'stack-name'],
    may: ['parameter-overrides', 'capabilities'],
  },
  'cloudformation describe-stacks': { needs: [], may: ['stack-name'] },
  'elbv2 describe-rules': { needs: [], may: ['listener-arn', 'rule-arns'] },
}

t.test('commands of the AWS CLI are well formed, and there are no others', async t => {
  for (const { name, line } of commands.filter(one => !one.line.startsWith('cognito-gateway '))) {
    const [program, ...words] = line.split(' ')
    t.equal(program, 'aws', `${name}: ${line}`)
    const known = awsCommands[words.slice(0, 2).join(' ')]
    t.ok(known, line)
    const flags = words.filter(word => word.startsWith('--')).map(word => word.slice(2))
    for (const flag of known?.needs ?? []) t.ok(flags.includes(flag), `${line}: --${flag}`)
    for (const flag of flags) {
      t.ok([...(known?.needs ?? []), ...(known?.may ?? []), 'query', 'output'].includes(flag), flag)
    }
    const [, template] = /--template-file (\S+)/.exec(line) ?? []
    if (template !== undefined) t.ok(existsSync(`${root}/${template}`), template)
  }
})

interface Template {
  readonly Parameters: Record<string, { Default?: string }>
  readonly Resources: Record<string, { Type: string; Properties: Record<string, unknown> }>
}

/** The template with the tags of CloudFormation filled in. */
function readTemplate(): Template {
  const fill = (text: string) => text.replaceAll(`\${PublicUrl}`, url)
  const customTags = ['!Ref', '!Sub', '!GetAtt'].map(tag => ({ tag, resolve: fill }))
  const text = readFileSync(`${root}/deploy/cognito.yaml`, 'utf8')
  const document = parseDocument(text, { customTags })
  if (document.errors.length + document.warnings.length > 0) throw new Error('not YAML')
  return document.toJS()
}

function registeredByTemplate() {
  return readTemplate().Resources.Client?.Properties ?? {}
}

t.test('the CloudFormation template makes what the gateway needs', async t => {
  const { Resources } = readTemplate()
  t.strictSame(
    Object.values(Resources).map(({ Type }) => Type),
    ['AWS::Cognito::UserPool', 'AWS::Cognito::UserPoolDomain', 'AWS::Cognito::UserPoolClient'],
  )
  const config = loadConfig({
    env: {},
    base: {
      url,
      upstream: 'http://app',
      secrets: secret,
      cognito: { userPoolId: 'eu-west-1_AbCdEfGhI', clientId, clientSecret, domain: 'my-app' },
    },
  })
  const { GenerateSecret, ...client } = registeredByTemplate()
  t.equal(GenerateSecret, true)
  const found = compareRegistered(
    { ...client, ClientSecret: clientSecret },
    { settings: config.cognito, session: config.session, ...urlsToRegister(config) },
  )
  t.strictSame(
    found.filter(({ outcome }) => outcome !== 'ok'),
    [],
  )
  t.match(Resources.Client?.Properties.SupportedIdentityProviders, ['COGNITO'])
  t.match(Resources.UserPool, { Properties: { AutoVerifiedAttributes: ['email'] } })
})

const cognito = {
  Type: 'authenticate-cognito',
  AuthenticateCognitoConfig: {
    UserPoolArn: 'arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_AbCdEfGhI',
    UserPoolClientId: clientId,
    UserPoolDomain: 'my-app',
  },
}
const target = (name: string) => ({
  Type: 'forward',
  TargetGroupArn: `arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/${name}/0123456789abcdef`,
})
const albRules = JSON.stringify({
  Rules: [
    {
      Priority: '1',
      Conditions: [
        { Field: 'host-header', Values: ['app.example.com'] },
        { Field: 'path-pattern', Values: ['/api/*'] },
      ],
      Actions: [cognito, target('api')],
    },
    { Priority: 'default', Conditions: [], Actions: [cognito, target('app')] },
  ],
})
