// How oauth2-proxy is told its options: a file in TOML, flags, or the environment. All become option name to values,
// under the name that its configuration file has.
// Source: oauth2-proxy, "Overview of configuration".
import { parse } from 'smol-toml'
import { SettingsRefused } from '../../errors.js'
import type { Environment } from '../../lib/setting-sources.js'

/** Values by option, as in oauth2-proxy.cfg: `upstreams`, not `upstream`. */
export type ProxyOptions = ReadonlyMap<string, readonly string[]>

/** Options that may come several times: their flags are without the plural. */
const lists = new Set([
  'allowed_groups',
  'allowed_roles',
  'api_routes',
  'cookie_domains',
  'email_domains',
  'extra_jwt_issuers',
  'oidc_extra_audiences',
  'redis_cluster_connection_urls',
  'redis_sentinel_connection_urls',
  'skip_auth_regex',
  'skip_auth_routes',
  'trusted_ips',
  'trusted_proxy_ips',
  'upstreams',
  'whitelist_domains',
])

const variable = /^(?:export\s+)?OAUTH2_PROXY_(\w+)=(.*)$/
const flag = /^--?([a-z][\w-]*)(?:(?:=|\s+)(.*))?$/

/**
 * Reads a file of any of the three kinds.
 *
 * @throws SettingsRefused for a text that is none of them
 */
export function readProxyFile(text: string, file: string): ProxyOptions {
  const lines = text
    .split('\n')
    .map(line => line.trim().replace(/\s*\\$/, ''))
    .filter(line => line !== '' && !line.startsWith('#'))
  if (lines.some(line => variable.test(line))) return fromLines(lines, variable)
  if (lines.some(line => flag.test(line))) return fromLines(lines, flag)
  return fromToml(text, file)
}

/** The options in the environment of this process. */
export function readProxyEnvironment(env: Environment): ProxyOptions {
  const pairs = Object.entries(env).flatMap(([name, value]) => {
    const [, option] = /^OAUTH2_PROXY_(\w+)$/.exec(name) ?? []
    return option === undefined || value === undefined ? [] : [[option, value] as const]
  })
  return gather(pairs)
}

function fromLines(lines: readonly string[], form: RegExp): ProxyOptions {
  const pairs = lines.flatMap(line => {
    const [, name, value = 'true'] = form.exec(line) ?? []
    return name === undefined ? [] : [[name, value.replace(/^(["'])(.*)\1$/, '$2')] as const]
  })
  return gather(pairs)
}

function gather(pairs: readonly (readonly [name: string, value: string])[]): ProxyOptions {
  const options = new Map<string, readonly string[]>()
  for (const [name, value] of pairs) {
    const option = nameInFile(name)
    // A pattern may hold commas of its own: oauth2-proxy splits them all the same.
    const values = lists.has(option) ? value.split(',').map(one => one.trim()) : [value]
    const before = lists.has(option) ? (options.get(option) ?? []) : []
    options.set(option, [...before, ...values])
  }
  return options
}

function nameInFile(name: string): string {
  const option = name.toLowerCase().replaceAll('-', '_')
  return lists.has(`${option}s`) ? `${option}s` : option
}

function fromToml(text: string, file: string): ProxyOptions {
  try {
    return new Map(Object.entries(parse(text)).map(([name, value]) => [name, toTexts(value)]))
  } catch {
    throw new SettingsRefused([
      `${file}: is neither an oauth2-proxy.cfg (name = "value"), nor flags (--name=value), nor variables (OAUTH2_PROXY_NAME=value), one a line; its alpha configuration in YAML cannot be read`,
    ])
  }
}

function toTexts(value: unknown): string[] {
  return [value].flat().map(String)
}
