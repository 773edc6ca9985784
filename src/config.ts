// Gathers the settings of all rooms from gateway.yaml and the environment. What a setting means stands
// in its room's schema; here is only how it is found, and how everything wrong is said at once.
import { z } from 'zod'
import { accessSettings } from './access/settings.js'
import { cognitoSettings } from './cognito/settings.js'
import { SettingsRefused } from './errors.js'
import { identitySettings, isOwned } from './identity-headers/settings.js'
import { parseSecret } from './lib/keyring.js'
import { describeIssue } from './lib/setting-complaints.js'
import {
  type Environment,
  mergeTrees,
  readEnvironment,
  readYaml,
  type SettingLeaf,
  type SettingTree,
  settingLeaves,
} from './lib/setting-sources.js'
import { listSetting, portSetting } from './lib/setting-types.js'
import { parseRange } from './lib/trusted-peers.js'
import { logLevels } from './log.js'
import { loginSettings } from './login/settings.js'
import {
  complaintOfForwarding,
  createForwardingSettings,
  upstreamSetting,
  websocketSettings,
} from './proxy/settings.js'
import { createRouteSettings } from './routing/settings.js'
import { sessionSettings } from './session/settings.js'

const routeSettings = createRouteSettings({
  access: accessSettings,
  forwarding: createForwardingSettings({ isOwned }),
}).superRefine((route, context) => {
  const complaint = complaintOfForwarding(route)
  if (complaint !== null) context.addIssue({ code: 'custom', ...complaint })
})

const originSetting = z
  .url({ protocol: /^https?$/ })
  .refine(isOrigin, 'must be an origin: scheme, host and port, nothing behind them')
  .refine(text => !text.includes('*'), 'must name one host: list several origins, without patterns')
  .transform(text => new URL(text).origin)

/** Every setting of the gateway, in the shape of gateway.yaml. */
export const settingsSchema = z.strictObject({
  url: listSetting.pipe(z.array(originSetting)).default(['http://localhost:3000']).meta({
    env: 'GATEWAY_URL',
    description:
      'Public origin as browsers see it, or a list of them. Callback and cookies belong to the origin that the request names; other hosts get 421.',
    example: 'https://app.example.com',
  }),
  upstream: upstreamSetting.optional().meta({
    env: 'GATEWAY_UPSTREAM',
    description: 'Short for one route `/` that needs a signed-in user.',
    example: 'http://localhost:8080',
  }),
  routes: z
    .array(routeSettings)
    .optional()
    .meta({
      description: 'What is served, to whom, and by which application; the first match wins.',
      example: [{ path: '/', access: 'signed-in', upstream: 'http://localhost:8080' }],
    }),
  mode: z.enum(['enforce', 'report']).default('enforce').meta({
    description:
      '`report`: every route decides and logs who would be refused, and forwards all the same: to put a living application behind sign-in step by step.',
    example: 'report',
  }),
  secrets: listSetting.pipe(z.array(z.string().transform(toSecret))).meta({
    env: 'GATEWAY_SECRET',
    description:
      'Keys that seal cookies, newest first, each at least 32 random bytes in base64url, base64 or hex. Older ones still open.',
    example: 'the output of `cognito-gateway keygen`',
    secret: true,
  }),
  cognito: cognitoSettings,
  trustedProxies: listSetting
    .pipe(z.array(z.string().superRefine(checkRange)))
    .default([])
    .meta({
      env: 'GATEWAY_TRUSTED_PROXIES',
      description:
        'Addresses (CIDR) of the proxies in front whose `X-Forwarded-For`, `-Host`, `X-Request-Id` and auth requests are believed; by default nobody.',
      example: ['10.0.0.0/8'],
    }),
  session: sessionSettings.prefault({}),
  login: loginSettings.prefault({}),
  identity: identitySettings.prefault({}),
  websocket: websocketSettings.prefault({}),
  paths: z
    .strictObject({
      prefix: z
        .string()
        .regex(/^(?:\/[\w-]+)+$/, 'must be a path such as /oauth2')
        .default('/oauth2')
        .meta({ description: "Where the gateway's own pages live.", example: '/auth' }),
      callback: z
        .string()
        .regex(/^(?:\/[\w-]+)+$/, 'must be a path such as /oauth2/callback')
        .optional()
        .meta({
          description: 'Path of the redirect URI; by default `callback` under the prefix.',
          example: '/oauth2/idpresponse',
        }),
    })
    .prefault({}),
  listen: z
    .strictObject({
      host: z.string().min(1).default('0.0.0.0').meta({
        env: 'GATEWAY_HOST',
        description: 'Address to listen on.',
        example: '127.0.0.1',
      }),
      port: portSetting.default(3000).meta({
        env: 'GATEWAY_PORT',
        description: 'Port to listen on. `PORT` is honoured when this is absent.',
        example: 8000,
      }),
    })
    .prefault({}),
  admin: z
    .strictObject({
      host: z.string().min(1).default('127.0.0.1').meta({
        env: 'GATEWAY_ADMIN_HOST',
        description: 'Address of the admin listener (`/healthz`, `/readyz`).',
        example: '0.0.0.0',
      }),
      port: portSetting.default(3001).meta({
        env: 'GATEWAY_ADMIN_PORT',
        description: 'Port of the admin listener.',
        example: 9001,
      }),
    })
    .prefault({}),
  log: z
    .strictObject({
      level: z.enum(logLevels).default('info').meta({
        env: 'LOG_LEVEL',
        description: 'Least important lines to write; JSON, or readable on a terminal.',
        example: 'warn',
      }),
    })
    .prefault({}),
})

/** Settings after defaults and checks. */
export type Config = Omit<z.output<typeof settingsSchema>, 'upstream' | 'routes' | 'paths'> & {
  readonly routes: readonly z.output<typeof routeSettings>[]
  readonly paths: { readonly prefix: string; readonly callback: string }
}

/** All settings: what the README's table, the environment and the complaints are made of. */
export function listSettings(): SettingLeaf[] {
  return settingLeaves(settingsSchema)
}

/** The settings of one route: what the README's table of them is made of. */
export function listRouteSettings(): SettingLeaf[] {
  return settingLeaves(routeSettings)
}

/**
 * Reads and checks all settings: the environment wins over the file, the file over `base`.
 *
 * @param file  path of gateway.yaml
 * @param base  settings in the shape of gateway.yaml, for what neither names
 * @throws SettingsRefused with every complaint at once
 */
export function loadConfig({
  env,
  file,
  base = {},
}: {
  env: Environment
  file?: string | undefined
  base?: SettingTree
}): Config {
  const complaints: string[] = []
  const leaves = listSettings()
  const given = [
    base,
    file === undefined ? {} : readYaml(file, complaints),
    readEnvironment(leaves, env, complaints),
  ].reduce(mergeTrees)
  const parsed = settingsSchema.safeParse(given)
  if (parsed.success) complaints.push(...crossChecks(parsed.data))
  else complaints.push(...parsed.error.issues.map(issue => describeIssue(issue, given, leaves)))
  if (!parsed.success || complaints.length > 0) throw new SettingsRefused(complaints)
  return finish(parsed.data)
}

function finish({ upstream, routes, paths, ...settings }: z.output<typeof settingsSchema>): Config {
  return {
    ...settings,
    routes: routes ?? [routeSettings.parse({ path: '/', access: 'signed-in', upstream })],
    paths: { prefix: paths.prefix, callback: paths.callback ?? `${paths.prefix}/callback` },
  }
}

function crossChecks({
  url,
  upstream,
  routes,
  secrets,
  session,
  identity,
}: z.output<typeof settingsSchema>): string[] {
  const complaints: string[] = []
  if ((upstream === undefined) === (routes === undefined)) {
    complaints.push(
      `upstream (GATEWAY_UPSTREAM) or routes: exactly one of them is needed, ${upstream === undefined ? 'neither' : 'both'} given; example: GATEWAY_UPSTREAM=http://localhost:8080`,
    )
  }
  const hosts = new Set(url.map(origin => new URL(origin).hostname))
  for (const [position, { host }] of (routes ?? []).entries()) {
    if (host === undefined || hosts.has(host)) continue
    complaints.push(
      `routes.${position}.host: ${host} is the host of no origin in url (GATEWAY_URL: ${url.join(', ')}), so no browser could sign in there; add its origin`,
    )
  }
  complaints.push(...identityComplaints(identity, session.keep))
  if (session.notBefore !== undefined && session.notBefore > Date.now() / 1000) {
    complaints.push(
      'session.notBefore (GATEWAY_SESSION_NOT_BEFORE): lies in the future, so that nobody could stay signed in until then; the present instant ends every session there is',
    )
  }
  if (new Set(secrets.map(secret => secret.toString('hex'))).size < secrets.length) {
    complaints.push(
      'secrets (GATEWAY_SECRET): the same secret stands there twice; each has to be its own',
    )
  }
  return complaints
}

/** A style whose token or password is not there would show nobody, without a word. */
function identityComplaints(
  { style, token, password, accessToken }: z.output<typeof identitySettings>,
  kept: readonly string[],
): string[] {
  const complaints: string[] = []
  if (style.includes('basic') && password === undefined) {
    complaints.push(
      'identity.password: is needed for identity.style basic; cognito-gateway keygen makes one',
    )
  }
  if (style.includes('basic') && style.includes('bearer')) {
    complaints.push('identity.style: basic and bearer both set Authorization; choose one')
  }
  const needed = [...(style.includes('bearer') ? [token] : []), ...(accessToken ? ['access'] : [])]
  for (const kind of needed.filter(kind => !kept.includes(kind))) {
    complaints.push(`session.keep: ${kind} is needed for what identity says; add it`)
  }
  return complaints
}

function checkRange(range: string, context: z.RefinementCtx): void {
  try {
    parseRange(range)
  } catch (error) {
    context.addIssue({ code: 'custom', message: (error as Error).message })
  }
}

function toSecret(text: string, context: z.RefinementCtx): Buffer {
  try {
    return parseSecret(text)
  } catch (error) {
    context.addIssue({ code: 'custom', message: `a secret ${(error as Error).message}` })
    return z.NEVER
  }
}

function isOrigin(text: string): boolean {
  return URL.canParse(text) && new URL(text).origin === text.replace(/\/$/, '')
}
