// cognito-gateway init: a settings file from six answers, looked at by the doctor before anybody signs in.
import { readFileSync } from 'node:fs'
import { type Config, loadConfig } from '../config.js'
import { SettingsRefused } from '../errors.js'
import { generateSecret } from '../lib/keyring.js'
import { toSettingsText } from '../lib/setting-file.js'
import type { SettingTree } from '../lib/setting-sources.js'
import { urlsToRegister } from '../services/registration.js'
import { type Ask, openDialogue } from './ask.js'
import { describeFinding, type Finding } from './checks/finding.js'
import { examine } from './doctor.js'
import { refuseToReplace, writeSettings } from './write-settings.js'

/** What the command line may say. */
export interface InitOptions {
  readonly poolId?: string
  readonly clientId?: string
  readonly clientSecretFile?: string
  /** The app client has no secret. */
  readonly publicClient?: boolean
  readonly domain?: string
  readonly url?: string
  readonly upstream?: string
  readonly issuer?: string
  readonly output: string
  readonly force?: boolean
  /** False: both secrets stay out of the file. */
  readonly secrets: boolean
}

interface Answers {
  readonly poolId: string
  readonly clientId: string
  readonly clientSecret: string | null
  readonly domain: string
  readonly url: string
  readonly upstream: string
}

type Question = Exclude<keyof Answers, 'clientSecret'>

const questions: Readonly<Record<Question, { flag: string; text: string; example: string }>> = {
  poolId: { flag: '--pool-id', text: 'User pool id', example: 'eu-west-1_Abc123' },
  clientId: { flag: '--client-id', text: 'App client id', example: '1example23456789' },
  domain: {
    flag: '--domain',
    text: 'Domain of the hosted UI (prefix, custom domain or URL)',
    example: 'my-prefix',
  },
  url: { flag: '--url', text: 'Public URL of the gateway', example: 'https://app.example.com' },
  upstream: {
    flag: '--upstream',
    text: 'Address of the application',
    example: 'http://localhost:8080',
  },
}

/**
 * Writes the settings and says what to register. Gives the exit status: 1 when the doctor found something broken, which
 * does not keep the file from being written.
 *
 * @throws SettingsRefused for what is missing where nobody can be asked, for values that cannot be used, and for a file
 *   that is there already
 */
export async function init(options: InitOptions): Promise<number> {
  const { output: file, force } = options
  refuseToReplace(file, force)
  const answers = process.stdin.isTTY ? await askOnTerminal(options) : takeGiven(options)
  const sessionSecret = generateSecret()
  const tree = toSettings(answers, options, sessionSecret)
  const config = loadConfig({ env: {}, base: tree })
  const findings = await examine(config)
  await writeSettings(file, render(tree, options.secrets), { force })
  print(describe(file, config, findings, options.secrets, answers.clientSecret !== null))
  return findings.some(({ outcome }) => outcome === 'failure') ? 1 : 0
}

/** Everything has to be there. */
function takeGiven(options: InitOptions): Answers {
  const given = givenSecret(options)
  const missing = Object.entries(questions)
    .filter(([name]) => options[name as Question] === undefined)
    .map(
      ([, { flag, text, example }]) => `${flag}: is missing (${text}); example: ${flag} ${example}`,
    )
  if (given === undefined) {
    missing.push(
      '--client-secret-file: is missing (file with the secret of the app client; or COGNITO_CLIENT_SECRET in the environment, or --public-client for an app client without one)',
    )
  }
  if (missing.length > 0) throw new SettingsRefused(missing)
  const { poolId = '', clientId = '', domain = '', url = '', upstream = '' } = options
  return { poolId, clientId, domain, url, upstream, clientSecret: given ?? null }
}

async function askOnTerminal(options: InitOptions): Promise<Answers> {
  const { ask, close } = openDialogue(process.stdin, process.stdout)
  try {
    return await askFor(options, ask)
  } finally {
    close()
  }
}

/** Asks for what was not given. */
export async function askFor(options: InitOptions, ask: Ask): Promise<Answers> {
  const answerOf = async (name: Question) => {
    const { text, example } = questions[name]
    return options[name] ?? (await ask(`${text}, such as ${example}`, { complain: needed }))
  }
  const poolId = await answerOf('poolId')
  const clientId = await answerOf('clientId')
  const given = givenSecret(options)
  const clientSecret =
    given !== undefined
      ? given
      : await ask('App client secret (not shown; empty for an app client without one)', {
          hidden: true,
        })
  const domain = await answerOf('domain')
  const url = await answerOf('url')
  const upstream = await answerOf('upstream')
  return { poolId, clientId, clientSecret: clientSecret || null, domain, url, upstream }
}

function needed(answer: string): string | null {
  return answer === '' ? 'an answer is needed' : null
}

/** Null for none; undefined for not said. Never from the command line: other users see that. */
function givenSecret({ clientSecretFile, publicClient }: InitOptions): string | null | undefined {
  if (publicClient === true) return null
  const file = clientSecretFile ?? process.env.COGNITO_CLIENT_SECRET_FILE
  if (file === undefined) return process.env.COGNITO_CLIENT_SECRET
  try {
    return readFileSync(file, 'utf8').trim()
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new SettingsRefused([`--client-secret-file: ${file} cannot be read (${code})`])
  }
}

function toSettings(answers: Answers, options: InitOptions, sessionSecret: string): SettingTree {
  const { poolId, clientId, clientSecret, domain, url, upstream } = answers
  return {
    url,
    upstream,
    cognito: {
      userPoolId: poolId,
      clientId,
      ...(clientSecret === null ? {} : { clientSecret }),
      domain,
      ...(options.issuer === undefined ? {} : { issuer: options.issuer }),
    },
    secrets: sessionSecret,
  }
}

function render({ secrets, ...tree }: SettingTree, withSecrets: boolean): string {
  const { clientSecret, ...cognito } = tree.cognito as SettingTree
  return toSettingsText(withSecrets ? { ...tree, secrets } : { ...tree, cognito }, [
    'Settings of cognito-gateway. `cognito-gateway config schema` and the README know all that there are.',
  ])
}

function describe(
  file: string,
  config: Config,
  findings: readonly Finding[],
  withSecrets: boolean,
  hasClientSecret: boolean,
): string {
  const { redirectUris, signOutUrls } = urlsToRegister(config)
  const list = (urls: readonly string[]) => urls.map(url => `  ${url}\n`).join('')
  const wrong = findings.filter(({ outcome }) => outcome !== 'ok')
  return [
    `${file} is written${withSecrets ? ', with its secrets, for you alone (mode 0600)' : ''}.\n`,
    '\nRegister these at the app client, to the letter (App clients → the client → Login pages → Edit).\n',
    `Allowed callback URLs:\n${list(redirectUris)}`,
    `Allowed sign-out URLs:\n${list(signOutUrls)}`,
    withSecrets ? '' : secretsFromEnvironment(hasClientSecret),
    wrong.length === 0
      ? '\nThe doctor finds nothing wrong. Next: cognito-gateway start\n'
      : `\nThe doctor found:\n${wrong.map(finding => describeFinding(finding)).join('')}\nMend it, then: cognito-gateway doctor\n`,
  ].join('')
}

function secretsFromEnvironment(hasClientSecret: boolean): string {
  const client = hasClientSecret
    ? '  COGNITO_CLIENT_SECRET_FILE=…   the file with the secret of the app client\n'
    : ''
  return `\nIts secrets come from the environment:\n  GATEWAY_SECRET_FILE=…   a file that only the gateway reads, with the output of cognito-gateway keygen\n${client}`
}

function print(text: string): void {
  process.stdout.write(text)
}
