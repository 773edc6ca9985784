// cognito-gateway config explain: which route takes a request, what its rule says of a person, and what the
// application would get.
import type { Judged } from '../access/policy.js'
import type { Config } from '../config.js'
import { systemClock } from '../lib/system-clock.js'
import { createLog } from '../log.js'
import type { Caller } from '../model.js'
import { type Explanation, explainRequest } from '../services/explain.js'
import { loadSettings } from './load-settings.js'
import { findSettingsFile } from './settings-file.js'

/** Who is asked about, and how the answer is wanted. */
export interface ExplainOptions {
  readonly config?: string
  readonly nobody?: boolean
  readonly groups?: readonly string[]
  readonly scopes?: readonly string[]
  readonly email?: string
  readonly claim?: Readonly<Record<string, string>>
  readonly json?: boolean
}

/** Prints what would become of a request. Nothing is sent. @throws SettingsRefused */
export async function explain(method: string, url: string, options: ExplainOptions): Promise<void> {
  const { config } = await loadSettings({
    env: process.env,
    file: findSettingsFile(options.config),
  })
  const { host, target } = readUrl(url, config)
  const caller = options.nobody === true ? null : somebody(options, config)
  const explanation = explainRequest(
    config,
    { method: method.toUpperCase(), host, target, caller },
    { clock: systemClock, log: createLog({ level: 'silent' }) },
  )
  process.stdout.write(
    options.json === true
      ? `${JSON.stringify(explanation, null, 2)}\n`
      : describe(`${method.toUpperCase()} ${host}${target}`, explanation, caller, config),
  )
}

/** Not through the URL parser: what it tidies up is what is asked about. A path alone is for the first origin. */
function readUrl(url: string, config: Config): { host: string; target: string } {
  const [, host, target] = /^(?:https?:\/\/([^/?#]+))?(\/.*)?$/i.exec(url) ?? []
  if (host === undefined && target === undefined) {
    throw new Error(`expected a URL such as ${config.url[0]}/reports, or a path, not ${url}`)
  }
  return { host: host ?? new URL(config.url[0] ?? '').host, target: target ?? '/' }
}

/** Somebody who signed in just now. */
function somebody(
  { groups = [], scopes = [], email = 'jane@example.com', claim = {} }: ExplainOptions,
  { cognito }: Config,
): Caller {
  const now = systemClock()
  const subject = '00000000-0000-4000-8000-000000000000'
  return {
    identity: {
      issuer: `https://cognito-idp.example/${cognito.userPoolId}`,
      subject,
      username: 'jane',
      email,
      groups,
      authenticatedAt: now,
      scopes,
      claims: {
        sub: subject,
        'cognito:username': 'jane',
        email,
        email_verified: true,
        ...(groups.length > 0 && { 'cognito:groups': groups }),
        ...claim,
      },
    },
    tokens: {
      idToken: '(ID token)',
      accessToken: '(access token)',
      refreshToken: null,
      issuedAt: now,
      expiresAt: now + 3600,
    },
  }
}

const outcomes = {
  allow: 'allowed',
  login: 'sent to sign in (a navigation), or 401',
  refuse: 'refused: 403',
} as const

function describe(
  request: string,
  { refused, isOwn, path, route, application }: Explanation,
  caller: Caller | null,
  config: Config,
): string {
  if (refused !== undefined) {
    const why = refused.reason === undefined ? '' : `: ${refused.reason}`
    return `${request}\n  refused   ${refused.status} ${refused.code}${why}\n`
  }
  const lines = [['path', path ?? '']]
  if (isOwn) lines.push(['route', "none: this is the gateway's own"])
  if (route !== undefined) {
    const { decision } = route
    lines.push(['route', `routes.${route.position} ${route.name}`])
    if (route.rule !== null) lines.push(['rule', describeRule(route.rule).join('\n            ')])
    lines.push([caller === null ? 'nobody' : 'decision', describeDecision(decision)])
    if (caller !== null) lines.push(['nobody', outcomes[route.nobody]])
  }
  if (application !== undefined) {
    lines.push(['upstream', application.upstream], ['target', application.target])
    const { headers } = application
    const pairs = headers.flatMap((name, at) =>
      at % 2 === 0 ? [`${name}: ${readable(headers[at + 1])}`] : [],
    )
    lines.push(['gets', pairs.join('\n            ')])
  }
  const own = config.routes[route?.position ?? -1]
  if (
    !/^(?:GET|HEAD|OPTIONS) /.test(request) &&
    application !== undefined &&
    own?.crossSite === 'refuse'
  ) {
    lines.push([
      'also',
      'with a session cookie it has to come from a page of our own origins, else 403',
    ])
  }
  return `${request}\n${lines.map(([name, text]) => `  ${name?.padEnd(9)} ${text}\n`).join('')}`
}

function describeDecision(decision: NonNullable<Explanation['route']>['decision']): string {
  if (decision.outcome === 'allow' && decision.reported !== undefined) {
    return `allowed, since mode is report; enforced: ${outcomes[decision.reported.outcome]}`
  }
  return outcomes[decision.outcome]
}

function describeRule(rule: Judged, depth = 0): string[] {
  const mark = { allow: '✓', login: '↻', refuse: '✗' }[rule.verdict]
  const note = rule.verdict === 'login' ? ' (a new sign-in would do)' : ''
  const line = `${'  '.repeat(depth)}${mark} ${rule.name}${note}`
  return [line, ...rule.parts.flatMap(part => describeRule(part, depth + 1))]
}

/** Headers hold the bytes of UTF-8, one character each. */
function readable(value = ''): string {
  return Buffer.from(value, 'latin1').toString('utf8')
}
