// Gathers the settings of all rooms from gateway.yaml and the environment. What a setting means stands
// in its room's schema; here is only how it is found, and how everything wrong is said at once.
import { readFileSync } from 'node:fs'
import { parseDocument } from 'yaml'
import { z } from 'zod'
import { accessSettings } from './access/settings.js'
import { cognitoSettings } from './cognito/settings.js'
import { SettingsRefused } from './errors.js'
import { identitySettings } from './identity-headers/settings.js'
import { parseSecret } from './lib/keyring.js'
import { listSetting, portSetting } from './lib/setting-types.js'
import { logLevels } from './log.js'
import { loginSettings } from './login/settings.js'
import { timeoutSetting, upstreamSetting } from './proxy/settings.js'
import { createRouteSettings } from './routing/settings.js'
import { sessionSettings } from './session/settings.js'

const routeSettings = createRouteSettings({
  access: accessSettings,
  upstream: upstreamSetting,
  timeout: timeoutSetting,
})

const originSetting = z
  .url({ protocol: /^https?$/ })
  .refine(isOrigin, 'must be an origin: scheme, host and port, nothing behind them')
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
  secrets: listSetting.pipe(z.array(z.string().transform(toSecret))).meta({
    env: 'GATEWAY_SECRET',
    description:
      'Keys that seal cookies, newest first, each at least 32 random bytes in base64url, base64 or hex. Older ones still open.',
    example: 'the output of `cognito-gateway keygen`',
    secret: true,
  }),
  cognito: cognitoSettings,
  session: sessionSettings.prefault({}),
  login: loginSettings.prefault({}),
  identity: identitySettings.prefault({}),
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

/** One setting with the names it goes by. */
export interface SettingName {
  readonly yaml: string
  readonly env: string | undefined
  readonly schema: z.ZodType
}

/** All leaves of the schema: what the README's table, the environment and the complaints are made of. */
export function listSettings(): SettingName[] {
  return leavesOf(settingsSchema, [])
}

/**
 * Reads and checks all settings; the environment wins over the file.
 *
 * `NAME_FILE` gives the value of `NAME` from a file, without its last line end.
 * @param file  path of gateway.yaml
 * @throws SettingsRefused with every complaint at once
 */
export function loadConfig({
  env,
  file,
}: {
  env: Readonly<Record<string, string | undefined>>
  file?: string | undefined
}): Config {
  const complaints: string[] = []
  const given = file === undefined ? {} : readYaml(file, complaints)
  for (const { yaml, env: name } of listSettings()) {
    const value = name === undefined ? undefined : readEnvironment(name, env, complaints)
    if (value !== undefined) place(given, yaml.split('.'), value)
  }
  const parsed = settingsSchema.safeParse(given)
  if (!parsed.success)
    complaints.push(...parsed.error.issues.map(issue => describeIssue(issue, given)))
  if (parsed.success) complaints.push(...crossChecks(parsed.data))
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
  if (new Set(secrets.map(secret => secret.toString('hex'))).size < secrets.length) {
    complaints.push(
      'secrets (GATEWAY_SECRET): the same secret stands there twice; each has to be its own',
    )
  }
  return complaints
}

function describeIssue(issue: z.core.$ZodIssue, given: unknown): string {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys
      .map(key => `${[...issue.path, key].join('.')}: no such setting; ${nearest(issue.path, key)}`)
      .join('\n')
  }
  const path = issue.path.map(String)
  const setting = listSettings().find(({ yaml }) => `${path.join('.')}.`.startsWith(`${yaml}.`))
  const meta = setting?.schema.meta()
  const env = setting?.env === undefined ? '' : ` (${setting.env})`
  const example = meta?.example === undefined ? '' : `; example: ${JSON.stringify(meta.example)}`
  return `${path.join('.')}${env}: ${issue.message}${seen(valueAt(given, path), meta?.secret === true)}${example}`
}

function seen(value: unknown, secret: boolean): string {
  if (value === undefined) return ' (it is missing)'
  return secret ? '' : ` (seen: ${JSON.stringify(value).slice(0, 120)})`
}

function nearest(path: readonly PropertyKey[], key: string): string {
  const prefix = path.map(part => `${String(part)}.`).join('')
  const siblings = listSettings()
    .map(({ yaml }) => yaml)
    .filter(yaml => yaml.startsWith(prefix))
    .map(yaml => yaml.slice(prefix.length).split('.')[0])
  const known = [...new Set(siblings)].filter(name => name !== undefined)
  return known.length > 0 ? `there are: ${known.join(', ')}` : `check its place (${key})`
}

function readYaml(file: string, complaints: string[]): Record<string, unknown> {
  try {
    const document = parseDocument(readFileSync(file, 'utf8'))
    complaints.push(...document.errors.map(error => `${file}: ${error.message}`))
    const content: unknown = document.errors.length > 0 ? {} : (document.toJS() ?? {})
    if (typeof content === 'object' && !Array.isArray(content))
      return content as Record<string, unknown>
    complaints.push(`${file}: expected a mapping of settings at the top`)
  } catch (error) {
    complaints.push(`${file}: cannot be read (${(error as NodeJS.ErrnoException).code})`)
  }
  return {}
}

function readEnvironment(
  name: string,
  env: Readonly<Record<string, string | undefined>>,
  complaints: string[],
): string | undefined {
  const direct = env[name] ?? (name === 'GATEWAY_PORT' ? env.PORT : undefined)
  const file = env[`${name}_FILE`]
  if (direct !== undefined && direct !== '') return direct.trim()
  if (file === undefined || file === '') return undefined
  try {
    return readFileSync(file, 'utf8').trim()
  } catch (error) {
    complaints.push(
      `${name}_FILE: ${file} cannot be read (${(error as NodeJS.ErrnoException).code})`,
    )
    return undefined
  }
}

function place(target: Record<string, unknown>, [first, ...rest]: string[], value: unknown): void {
  if (first === undefined) return
  if (rest.length === 0) {
    target[first] = value
    return
  }
  const inner = target[first]
  const branch = typeof inner === 'object' && inner !== null ? { ...inner } : {}
  target[first] = branch
  place(branch as Record<string, unknown>, rest, value)
}

function valueAt(tree: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (branch, key) =>
      typeof branch === 'object' && branch !== null ? (branch as never)[key] : undefined,
    tree,
  )
}

function leavesOf(schema: z.ZodType, path: readonly string[]): SettingName[] {
  const inner = innermost(schema)
  if (inner instanceof z.ZodObject && path.length < 3) {
    return Object.entries(inner.shape as Record<string, z.ZodType>).flatMap(([key, child]) =>
      leavesOf(child, [...path, key]),
    )
  }
  return [{ yaml: path.join('.'), env: schema.meta()?.env, schema }]
}

function innermost(schema: z.ZodType): z.ZodType {
  if (schema instanceof z.ZodPrefault || schema instanceof z.ZodDefault) {
    return innermost(schema.unwrap() as z.ZodType)
  }
  return schema
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
