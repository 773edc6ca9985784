// Gathers the settings of all rooms from gateway.yaml and the environment. What a setting means stands
// in its room's schema; here is only how it is found, and how everything wrong is said at once.
import * as z from 'zod'
import { accessRule, accessSettings } from './access/settings.js'
import { createAwsSettings, sigv4Setting } from './aws/settings.js'
import { cognitoSettings } from './cognito/settings.js'
import { awsChecks } from './config/aws-checks.js'
import { crossChecks } from './config/cross-checks.js'
import {
  adminSettings,
  listenSettings,
  shutdownSettings,
  tlsSettings,
  workersSetting,
} from './config/listener-settings.js'
import { keptTokens } from './config/needed-tokens.js'
import { checkRange, originSetting, toSecret } from './config/value-checks.js'
import { pathSettings } from './endpoints/settings.js'
import { SettingsRefused } from './errors.js'
import { arrivalLimits } from './hooks/settings.js'
import { identitySettings, isOwned } from './identity-headers/settings.js'
import { type Complaint, describeIssue } from './lib/setting-complaints.js'
import { readSettingsFile } from './lib/setting-file.js'
import { type BrokenReference, followReferences, type LookUp } from './lib/setting-references.js'
import {
  type Environment,
  mergeTrees,
  readEnvironment,
  type SettingLeaf,
  type SettingTree,
  settingLeaves,
  variableOf,
} from './lib/setting-sources.js'
import { anyListSetting, listSetting } from './lib/setting-types.js'
import { logLevels } from './log.js'
import { createLoginSettings, routeLoginSetting, signInLimits } from './login/settings.js'
import { pagesSettings } from './pages/settings.js'
import {
  complaintOfForwarding,
  createForwardingSettings,
  upstreamLimits,
  upstreamSetting,
  websocketSettings,
} from './proxy/settings.js'
import { createRouteSettings } from './routing/settings.js'
import { type SessionSettings, sessionSettings, type TokenKind } from './session/settings.js'
import { tracingSettings } from './tracing/settings.js'

const routeSettings = createRouteSettings({
  access: accessSettings,
  forwarding: {
    ...createForwardingSettings({ isOwned }),
    sigv4: sigv4Setting,
    login: routeLoginSetting,
  },
}).superRefine((route, context) => {
  const complaint = complaintOfForwarding(route)
  if (complaint !== null) context.addIssue({ code: 'custom', ...complaint })
})

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
  trustedProxies: anyListSetting
    .pipe(z.array(z.string().superRefine(checkRange)))
    .default([])
    .meta({
      env: 'GATEWAY_TRUSTED_PROXIES',
      description:
        'Addresses (CIDR, or the words `loopback` and `private`) of the proxies in front whose `X-Forwarded-For`, `-Host`, `X-Request-Id` and auth requests are believed; by default nobody.',
      example: ['10.0.0.0/8'],
    }),
  session: sessionSettings.prefault({}),
  login: createLoginSettings({ access: accessRule }).prefault({}),
  identity: identitySettings.prefault({}),
  aws: createAwsSettings({ access: accessRule }).prefault({}),
  websocket: websocketSettings.prefault({}),
  limits: z
    .strictObject({
      ...upstreamLimits,
      ...arrivalLimits,
      ...signInLimits,
    })
    .prefault({}),
  embedding: z
    .strictObject({
      ancestors: z
        .array(originSetting)
        .default([])
        .meta({
          description:
            'Origins whose pages may show the applications in a frame. Session cookies become `SameSite=None; Secure; Partitioned`, and every answer says `frame-ancestors`. Needs https.',
          example: ['https://portal.example.com'],
        }),
      partitioned: z.boolean().default(true).meta({
        description:
          'False: without `Partitioned`, so that a session begun in a tab is there in frames of other sites too, in browsers that still allow that.',
        example: false,
      }),
    })
    .prefault({}),
  paths: pathSettings.prefault({}),
  pages: pagesSettings.prefault({}),
  listen: listenSettings.prefault({}),
  tls: tlsSettings.prefault({}),
  workers: workersSetting,
  shutdown: shutdownSettings.prefault({}),
  tracing: tracingSettings.prefault({}),
  admin: adminSettings.prefault({}),
  log: z
    .strictObject({
      level: z.enum(logLevels).default('info').meta({
        env: 'LOG_LEVEL',
        description: 'Least important lines to write; JSON, or readable on a terminal.',
        example: 'warn',
      }),
      requests: z.enum(['none', 'errors', 'all']).default('none').meta({
        description:
          'Which requests leave a line, whatever `log.level` says: `all`, or `errors`: answers from 500 on and those that were cut. With path and without query.',
        example: 'errors',
      }),
      audit: z
        .string()
        .regex(/^(?:stdout|off|\/.+)$/, 'must be stdout, off, or the absolute path of a file')
        .default('stdout')
        .meta({
          env: 'GATEWAY_AUDIT_LOG',
          description:
            'Where sign-ins, refusals, refreshes and ends of sessions are written down, one JSON line each with `"stream":"audit"`: `stdout` whatever `log.level` says, a file, or `off`.',
          example: '/var/log/cognito-gateway/audit.log',
        }),
    })
    .prefault({}),
})

/** Settings after defaults and checks. */
export type Config = Omit<
  z.output<typeof settingsSchema>,
  'upstream' | 'routes' | 'paths' | 'session'
> & {
  readonly session: Omit<SessionSettings, 'keep'> & { readonly keep: TokenKind[] }
  readonly routes: readonly z.output<typeof routeSettings>[]
  readonly paths: {
    readonly prefix: string
    readonly callback: string
    readonly albKeys?: string | undefined
    readonly resourceMetadata: boolean
  }
}

/** All settings: what the README's table, the environment and the complaints are made of. */
export function listSettings(): SettingLeaf[] {
  return settingLeaves(settingsSchema)
}

/** The settings of one route: what the README's table of them is made of. */
export function listRouteSettings(): SettingLeaf[] {
  return settingLeaves(routeSettings)
}

/** Every setting that can be complained of, those of a route among them (`routes.*.path`). */
function listAllLeaves(): SettingLeaf[] {
  const ofRoutes = listRouteSettings().map(leaf => ({ ...leaf, yaml: `routes.*.${leaf.yaml}` }))
  return [...listSettings(), ...ofRoutes]
}

/** Where settings are looked for. */
export interface SettingSources {
  readonly env: Environment
  /** Path of gateway.yaml. */
  readonly file?: string | undefined
  /** Settings in the shape of gateway.yaml, for what neither names. */
  readonly base?: SettingTree
}

/** What was given, before any check. */
export interface GivenSettings {
  readonly tree: SettingTree
  /** `FILE:LINE:COLUMN`, or the name of a variable; null for what was not given. */
  readonly sourceOf: (path: readonly PropertyKey[]) => string | null
}

/** Lays the environment over the file, and the file over `base`. */
export function gatherSettings(
  { env, file, base = {} }: SettingSources,
  complaints: string[],
): GivenSettings {
  const leaves = listSettings()
  const written = file === undefined ? null : readSettingsFile(file, complaints)
  const fromEnv = readEnvironment(leaves, env, complaints)
  return {
    tree: [base, written?.tree ?? {}, fromEnv].reduce(mergeTrees),
    sourceOf(path) {
      const variable = leaves.find(({ yaml }) => yaml === path.join('.'))?.env
      const inEnv = variable === undefined ? undefined : variableOf(variable, env)
      return inEnv ?? written?.placeOf(path) ?? null
    },
  }
}

/**
 * Reads and checks all settings.
 *
 * @throws SettingsRefused with every complaint at once, each with its line where it stands in a file
 */
export function loadConfig(sources: SettingSources): Config {
  const complaints: string[] = []
  return check(gatherSettings(sources, complaints), complaints).config
}

/** Settings that were checked, and the same before that, for another process to load. */
export interface LoadedSettings {
  readonly config: Config
  readonly tree: SettingTree
}

/** The same for settings that name secrets, which are looked up first. @throws SettingsRefused */
export async function loadGiven(
  given: GivenSettings,
  complaints: string[],
  lookUp: LookUp,
): Promise<LoadedSettings> {
  const { tree, broken } = await followReferences(given.tree, listSettings(), lookUp)
  complaints.push(...broken.map(one => withPlace(one, given)))
  return check({ ...given, tree }, complaints, broken)
}

/** @param broken  what was complained of already */
function check(
  given: GivenSettings,
  complaints: string[],
  broken: readonly BrokenReference[] = [],
): LoadedSettings {
  const isKnown = ({ path }: Complaint) =>
    broken.some(one => path.slice(0, one.path.length).join('.') === one.path.join('.'))
  const leaves = listAllLeaves()
  const parsed = settingsSchema.safeParse(given.tree)
  const found = parsed.success
    ? [...crossChecks(parsed.data), ...awsChecks(parsed.data)]
    : parsed.error.issues.flatMap(issue => describeIssue(issue, given.tree, leaves))
  complaints.push(
    ...found.filter(one => !isKnown(one)).map(complaint => withPlace(complaint, given)),
  )
  if (!parsed.success || complaints.length > 0) throw new SettingsRefused(complaints)
  return { config: finish(parsed.data), tree: given.tree }
}

/** A setting of the environment is known by its name, which the complaint says anyway. */
function withPlace({ path, text }: Complaint, { sourceOf }: GivenSettings): string {
  const source = sourceOf(path)
  return source?.includes(':') ? `${source}: ${text}` : text
}

function finish({ upstream, routes, paths, ...settings }: z.output<typeof settingsSchema>): Config {
  const { session } = settings
  return {
    ...settings,
    session: { ...session, keep: keptTokens(session.keep, settings) },
    routes: routes ?? [routeSettings.parse({ path: '/', access: 'signed-in', upstream })],
    paths: { ...paths, callback: paths.callback ?? `${paths.prefix}/callback` },
  }
}
