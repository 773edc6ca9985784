// oauth2-proxy's upstreams, open paths and authorization as our list of routes.
import type { Imported } from './imported.js'
import type { ProxyOptions } from './oauth2-proxy-file.js'
import { readOpenPath } from './open-paths.js'

interface Upstream {
  readonly path: string
  readonly exact: boolean
  readonly origin: string
}

/** Open paths first, then the upstreams, the longest path first, as oauth2-proxy chooses. */
export function routesOf(options: ProxyOptions): Imported {
  const read = (options.get('upstreams') ?? []).map(readUpstream)
  const upstreams = read
    .flatMap(({ upstream }) => upstream ?? [])
    .sort((a, b) => b.path.length - a.path.length)
  const { access, notes: accessNotes } = accessOf(options)
  const way = wayOf(options)
  const patterns = ['skip_auth_routes', 'skip_auth_regex'].flatMap(name => options.get(name) ?? [])
  const open = patterns.map(pattern => openRoute(pattern, upstreams))
  const routes = [
    ...open.flatMap(({ route }) => (route === undefined ? [] : { ...route, ...way })),
    ...upstreams.map(({ path, exact, origin }) => ({
      path,
      ...(exact ? { exact } : {}),
      access,
      upstream: origin,
      ...way,
    })),
  ]
  const notes = [
    ...read.flatMap(({ complaint }) => complaint ?? []),
    ...accessNotes,
    ...open.flatMap(route => route.note ?? []),
  ]
  return { settings: { routes }, notes }
}

function readUpstream(text: string): { upstream?: Upstream; complaint?: string } {
  const url = URL.canParse(text) ? new URL(text) : null
  if (url === null || !/^https?:$/.test(url.protocol)) {
    return {
      complaint: `upstreams: ${text} is no http or https address; serve it by an application`,
    }
  }
  const path = url.pathname === '/' ? '/' : url.pathname.replace(/\/$/, '')
  const exact = path !== '/' && path === url.pathname
  return { upstream: { path, exact, origin: url.origin } }
}

/** Who may pass. What cannot be said here lets nobody pass. */
function accessOf(options: ProxyOptions): { access: unknown; notes: string[] } {
  const domains = options.get('email_domains') ?? []
  const groups = options.get('allowed_groups') ?? []
  const rule = groups.length > 0 ? { groups } : {}
  if (domains.includes('*')) {
    return { access: groups.length > 0 ? rule : 'signed-in', notes: [] }
  }
  const exact = domains.filter(domain => /^[\w-]+(?:\.[\w-]+)+$/.test(domain))
  const notes = domains
    .filter(domain => !exact.includes(domain))
    .map(domain => `email_domains: ${domain} stands for several domains; list each in emailDomains`)
  if (exact.length > 0) return { access: { ...rule, emailDomains: exact }, notes }
  notes.push(
    'email_domains: no domain that can be taken over, so access is deny: write the rule by hand',
  )
  return { access: 'deny', notes }
}

function wayOf(options: ProxyOptions): Record<string, unknown> {
  const last = (name: string) => options.get(name)?.at(-1)
  const timeout = last('upstream_timeout')
  return {
    ...(timeout !== undefined && /^\d+[smh]$/.test(timeout) ? { timeout } : {}),
    ...(last('pass_host_header') === 'false' ? { hostHeader: 'upstream' } : {}),
    ...(last('proxy_websockets') === 'false' ? { websocket: false } : {}),
  }
}

interface OpenRoute {
  readonly route?: Readonly<Record<string, unknown>>
  readonly note?: string
}

/** `optional`: oauth2-proxy says who is signed in on open paths as well. */
function openRoute(pattern: string, upstreams: readonly Upstream[]): OpenRoute {
  const open = readOpenPath(pattern)
  const upstream = open.path === null ? undefined : upstreamFor(open.path, upstreams)
  if (open.path === null || upstream === undefined) {
    return { note: `skip_auth: ${pattern} cannot be written as a path, so it needs a sign-in` }
  }
  const { path, exact, methods, difference } = open
  const route = {
    path,
    ...(exact ? { exact } : {}),
    ...(methods === undefined ? {} : { methods }),
    access: 'optional',
    upstream: upstream.origin,
  }
  return difference === undefined
    ? { route }
    : { route, note: `skip_auth: ${pattern}: ${difference}` }
}

function upstreamFor(path: string, upstreams: readonly Upstream[]): Upstream | undefined {
  return upstreams.find(
    upstream =>
      upstream.path === '/' ||
      (upstream.exact ? upstream.path === path : `${path}/`.startsWith(`${upstream.path}/`)),
  )
}
