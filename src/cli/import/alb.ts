// The rules of an Application Load Balancer as routes of ours. A rule that cannot be said here is left out, and what
// it kept closed stays closed: routes behind it that were open need a sign-in.
// Source: Elastic Load Balancing API, DescribeRules; Elastic Load Balancing guide, "Authenticate users".
import * as z from 'zod'
import { SettingsRefused } from '../../errors.js'
import { formatDuration } from '../../lib/duration.js'
import { generateSecret } from '../../lib/keyring.js'
import { readConditions, ruleConditions } from './alb-conditions.js'
import { type Imported, joinImported, note, nothing, setting } from './imported.js'

const cognitoAction = z.object({
  UserPoolArn: z.string(),
  UserPoolClientId: z.string(),
  UserPoolDomain: z.string(),
  Scope: z.string().default('openid'),
  SessionTimeout: z.coerce.number().default(604_800),
  OnUnauthenticatedRequest: z.enum(['authenticate', 'allow', 'deny']).default('authenticate'),
})

const ruleAction = z.object({
  Type: z.string(),
  TargetGroupArn: z.string().optional(),
  ForwardConfig: z
    .object({ TargetGroups: z.array(z.object({ TargetGroupArn: z.string() })).default([]) })
    .optional(),
  AuthenticateCognitoConfig: cognitoAction.optional(),
})

const description = z.object({
  Rules: z.array(
    z.object({
      Priority: z.string(),
      RuleArn: z.string().optional(),
      Conditions: ruleConditions.default([]),
      Actions: z.array(ruleAction),
      Transforms: z.array(z.unknown()).default([]),
    }),
  ),
})

type Rule = z.output<typeof description>['Rules'][number]
type CognitoAction = z.output<typeof cognitoAction>

/** What the description does not say. */
export interface AlbWishes {
  /** Public origin, where no rule names a host. */
  readonly url?: string | undefined
  /** Address of the applications whose target group is not named in `targets`. */
  readonly upstream?: string | undefined
  /** Address by name of target group. */
  readonly targets: Readonly<Record<string, string>>
}

/** @throws SettingsRefused for a text that is not the answer of describe-rules */
export function importAlbRules(text: string, file: string, wishes: AlbWishes): Imported {
  const { Rules: given } = parseDescription(text, file)
  const rules = [...given].sort((a, b) => priorityOf(a) - priorityOf(b))
  const actions = rules.flatMap(({ Actions }) => cognitoOf(Actions) ?? [])
  const hosts = rules.flatMap(rule => readConditions(rule.Conditions)?.hosts ?? [])
  const urls = [...[wishes.url ?? []].flat(), ...hosts.map(host => `https://${host}`)]
  return joinImported([
    urls.length === 0
      ? note('url: no rule names a host; --url gives the public origin')
      : setting('url', [...new Set(urls)]),
    poolOf(actions),
    setting('paths.callback', '/oauth2/idpresponse'),
    setting('secrets', generateSecret()),
    routesOf(rules, wishes),
    note(
      'client secret: the load balancer keeps it; set COGNITO_CLIENT_SECRET or COGNITO_CLIENT_SECRET_FILE',
    ),
    identityOf(rules),
  ])
}

/** Applications go on reading what the load balancer sends, signed under its name. */
function identityOf(rules: readonly Rule[]): Imported {
  const parts =
    /^(arn:[\w-]+:elasticloadbalancing:[\w-]+:\d*:)listener-rule\/(app\/[^/]+\/[^/]+)\//.exec(
      rules.find(({ RuleArn }) => RuleArn !== undefined)?.RuleArn ?? '',
    )
  if (parts === null) {
    return note(
      'x-amzn-oidc-identity, -data, -accesstoken: identity.style alb sends them; identity.alb.signer is the ARN of the load balancer',
    )
  }
  return joinImported([
    setting('identity.style', ['forwarded', 'alb']),
    setting('identity.alb.signer', `${parts[1]}loadbalancer/${parts[2]}`),
    note(
      'x-amzn-oidc-data: its public keys are at /oauth2/public-keys/KID, where applications have to look for them',
    ),
  ])
}

function parseDescription(text: string, file: string): z.output<typeof description> {
  try {
    return description.parse(JSON.parse(text))
  } catch {
    throw new SettingsRefused([
      `${file}: is not the answer of aws elbv2 describe-rules --listener-arn … --output json`,
    ])
  }
}

function priorityOf({ Priority }: Rule): number {
  return Priority === 'default' ? Number.POSITIVE_INFINITY : Number(Priority)
}

function cognitoOf(actions: Rule['Actions']): CognitoAction | undefined {
  return actions.find(({ Type }) => Type === 'authenticate-cognito')?.AuthenticateCognitoConfig
}

/** The gateway signs in at one app client. */
function poolOf(actions: readonly CognitoAction[]): Imported {
  const [first] = actions
  if (first === undefined) return note('cognito: no rule has the action authenticate-cognito')
  const others = actions.filter(({ UserPoolClientId: id }) => id !== first.UserPoolClientId)
  const isAsked = actions.some(action => action.OnUnauthenticatedRequest === 'deny')
  return joinImported([
    setting('cognito', {
      userPoolId: first.UserPoolArn.split('/').at(-1),
      clientId: first.UserPoolClientId,
      domain: first.UserPoolDomain,
      scopes: first.Scope,
    }),
    setting('session.max', formatDuration(first.SessionTimeout)),
    others.length === 0
      ? nothing
      : note(`app clients: one gateway signs in at one; ${first.UserPoolClientId} is taken`),
    isAsked
      ? note('OnUnauthenticatedRequest deny: pages are sent to the sign-in here; scripts get 401')
      : nothing,
  ])
}

function routesOf(rules: readonly Rule[], wishes: AlbWishes): Imported {
  const routes: object[] = []
  const notes: string[] = []
  let mustClose = false
  for (const rule of rules) {
    const made = routesOfRule(rule, wishes)
    if (made === null) {
      mustClose ||= accessOf(rule) !== 'public'
      notes.push(
        `rule ${rule.Priority}: what it matches or rewrites cannot be said by host, path and method, so it is left out; the routes after it that were open need a sign-in`,
      )
      continue
    }
    notes.push(...made.notes)
    routes.push(
      ...made.routes.map(route =>
        mustClose && isOpen(route) ? { ...route, access: 'signed-in' } : route,
      ),
    )
  }
  return { settings: { routes }, notes }
}

interface MadeRoute {
  readonly access: string
}

function isOpen({ access }: MadeRoute): boolean {
  return access === 'public' || access === 'optional'
}

/** Null for conditions that cannot be said. */
function routesOfRule(
  rule: Rule,
  wishes: AlbWishes,
): { routes: MadeRoute[]; notes: string[] } | null {
  const conditions = rule.Transforms.length > 0 ? null : readConditions(rule.Conditions)
  if (conditions === null) return null
  const access = accessOf(rule)
  const { upstream, complaint } = upstreamOf(rule, wishes)
  const hosts = conditions.hosts.length === 0 ? [undefined] : conditions.hosts
  const routes = hosts.flatMap(host =>
    conditions.paths.map(path => ({
      ...path,
      ...(host === undefined ? {} : { host }),
      ...(conditions.methods === undefined ? {} : { methods: conditions.methods }),
      access,
      ...(access === 'deny' || upstream === undefined ? {} : { upstream }),
    })),
  )
  return { routes, notes: complaint === undefined ? [] : [`rule ${rule.Priority}: ${complaint}`] }
}

function accessOf({ Actions }: Rule): string {
  const cognito = cognitoOf(Actions)
  if (!Actions.some(({ Type }) => Type === 'forward')) return 'deny'
  if (Actions.some(({ Type }) => Type === 'authenticate-oidc')) return 'deny'
  if (cognito === undefined) return 'public'
  return cognito.OnUnauthenticatedRequest === 'allow' ? 'optional' : 'signed-in'
}

function upstreamOf(
  { Actions }: Rule,
  { upstream, targets }: AlbWishes,
): { upstream?: string | undefined; complaint?: string } {
  if (Actions.some(({ Type }) => Type === 'authenticate-oidc')) {
    return { complaint: 'authenticate-oidc signs in elsewhere, so access is deny' }
  }
  const forward = Actions.find(({ Type }) => Type === 'forward')
  if (forward === undefined) {
    const kind = Actions.at(-1)?.Type ?? 'nothing'
    return { complaint: `${kind} has no counterpart, so access is deny` }
  }
  const arns = forward.ForwardConfig?.TargetGroups.map(group => group.TargetGroupArn) ?? []
  const [name = ''] = [forward.TargetGroupArn, ...arns].flatMap(arn => arn?.split('/')[1] ?? [])
  const known = Object.hasOwn(targets, name) ? targets[name] : upstream
  const spread =
    new Set(arns).size > 1 ? { complaint: `only the target group ${name} is taken` } : {}
  if (known !== undefined) return { upstream: known, ...spread }
  return {
    complaint: `the address of target group ${name} is not known; --target ${name}=http://… gives it`,
  }
}
