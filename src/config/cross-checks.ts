// What only shows when settings are looked at together.

import type { z } from 'zod'
import type { AccessSettings } from '../access/settings.js'
import type { identitySettings } from '../identity-headers/settings.js'
import type { Complaint } from '../lib/setting-complaints.js'
import { neededByIdentity } from './needed-tokens.js'

interface CheckedRoute {
  readonly path: string
  readonly exact: boolean
  readonly ignoreCase: boolean
  readonly host?: string | undefined
  readonly methods?: readonly string[] | undefined
  readonly access: AccessSettings
}

/** Settings, each good by itself. */
export interface CheckedSettings {
  readonly cognito: { readonly clients: readonly { readonly url: readonly string[] }[] }
  readonly url: readonly string[]
  readonly upstream?: unknown
  readonly routes?: readonly CheckedRoute[] | undefined
  readonly secrets: readonly Buffer[]
  readonly session: {
    readonly keep?: readonly string[] | undefined
    readonly notBefore?: number | undefined
  }
  readonly identity: z.output<typeof identitySettings>
  readonly paths: {
    readonly prefix: string
    readonly callback?: string | undefined
    readonly albKeys?: string | undefined
    readonly resourceMetadata: boolean
  }
  readonly tls: { readonly cert?: unknown; readonly hsts?: number | undefined }
  readonly embedding: { readonly ancestors: readonly string[] }
}

/** Everything that is wrong between settings. */
export function crossChecks(settings: CheckedSettings): Complaint[] {
  return [
    ...checkServes(settings),
    ...(settings.routes ?? []).flatMap((route, position) => checkRoute(route, position, settings)),
    ...checkIdentity(settings),
    ...checkClients(settings),
    ...checkSecrets(settings),
    ...checkEmbedding(settings),
    ...checkTls(settings),
  ]
}

function checkServes({ upstream, routes }: CheckedSettings): Complaint[] {
  if ((upstream === undefined) !== (routes === undefined)) return []
  const given = upstream === undefined ? 'neither' : 'both'
  const text = `upstream (GATEWAY_UPSTREAM) or routes: exactly one of them is needed, ${given} given; example: GATEWAY_UPSTREAM=http://localhost:8080`
  return [{ path: ['routes'], text }]
}

/** A rule that is never asked leaves its pages to another one. */
function checkRoute(
  route: CheckedRoute,
  position: number,
  { url, routes = [], paths }: CheckedSettings,
): Complaint[] {
  const name = `routes.${position}`
  const complaints: Complaint[] = []
  const complain = (key: string, text: string) =>
    complaints.push({ path: ['routes', position, key], text: `${name}.${key}: ${text}` })

  const { path, host } = route
  if (host !== undefined && !url.some(origin => new URL(origin).hostname === host)) {
    complain(
      'host',
      `${host} is the host of no origin in url (GATEWAY_URL: ${url.join(', ')}), so no browser could sign in there; add its origin`,
    )
  }
  const own = ownPathOver(path, paths)
  if (own !== null) {
    complain('path', `${path} is never reached: ${own.path} is the gateway's own; ${own.remedy}`)
  }
  const before = routes.slice(0, position).findIndex(earlier => covers(earlier, route))
  if (before !== -1) {
    complain(
      'path',
      `${path} is never reached: routes.${before} (${routes[before]?.path}) takes all of it first; put the narrower one before it`,
    )
  }
  return complaints
}

/** The path of ours that takes all that a route could mean to serve there. */
function ownPathOver(
  path: string,
  { prefix, callback, albKeys, resourceMetadata }: CheckedSettings['paths'],
): { path: string; remedy: string } | null {
  const isBelow = (above: string) => `${path}/`.startsWith(`${above}/`)
  if (isBelow(prefix)) return { path: prefix, remedy: 'paths.prefix moves it' }
  if (path === callback) return { path, remedy: 'paths.callback moves it' }
  if (albKeys !== undefined && path !== albKeys && isBelow(albKeys)) {
    return { path: albKeys, remedy: 'paths.albKeys moves it' }
  }
  if (resourceMetadata && path === resourceMetadataPath) {
    return { path, remedy: 'paths.resourceMetadata: false leaves it to the application' }
  }
  return null
}

/** RFC 9728 section 3; the gateway's while `paths.resourceMetadata` says so. */
const resourceMetadataPath = '/.well-known/oauth-protected-resource'

/** Whether the first of two routes takes whatever the second could. */
function covers(first: CheckedRoute, second: CheckedRoute): boolean {
  if (first.host !== undefined && first.host !== second.host) return false
  if (first.ignoreCase !== second.ignoreCase) return false
  const { methods } = first
  if (methods !== undefined && !(second.methods?.every(one => methods.includes(one)) ?? false)) {
    return false
  }
  const [above, below] = [first, second].map(({ path, ignoreCase }) =>
    ignoreCase ? path.toLowerCase() : path,
  ) as [string, string]
  if (first.exact) return second.exact && above === below
  return above === '/' || `${below}/`.startsWith(`${above}/`)
}

/** A style whose token or password is not there would show nobody, without a word. */
function checkIdentity({ identity, session: { keep } }: CheckedSettings): Complaint[] {
  const { style, password, alb } = identity
  const complaints: Complaint[] = []
  if (style.includes('basic') && password === undefined) {
    const text =
      'identity.password: is needed for identity.style basic; cognito-gateway keygen makes one'
    complaints.push({ path: ['identity', 'style'], text })
  }
  if (style.includes('basic') && style.includes('bearer')) {
    const text = 'identity.style: basic and bearer both set Authorization; choose one'
    complaints.push({ path: ['identity', 'style'], text })
  }
  if (style.includes('alb') && alb.signer === undefined) {
    const text =
      'identity.alb.signer: is needed for identity.style alb; give the ARN of the load balancer that the applications know'
    complaints.push({ path: ['identity', 'style'], text })
  }
  const needed = keep === undefined ? [] : [...neededByIdentity(identity)]
  for (const kind of needed.filter(kind => !keep?.includes(kind))) {
    const text = `session.keep: ${kind} is needed for what identity says; add it`
    complaints.push({ path: ['session', 'keep'], text })
  }
  return complaints
}

/** An app client whose origin nobody asks for is none, and of two at one origin one is. */
function checkClients({ url, cognito: { clients } }: CheckedSettings): Complaint[] {
  const complaints: Complaint[] = []
  const seen = new Set<string>()
  for (const [position, client] of clients.entries()) {
    const complain = (text: string) =>
      complaints.push({
        path: ['cognito', 'clients', position, 'url'],
        text: `cognito.clients.${position}.url: ${text}`,
      })
    for (const origin of client.url) {
      if (!url.includes(origin)) {
        complain(`${origin} is none of url (GATEWAY_URL: ${url.join(', ')}); write it as there`)
      }
      if (seen.has(origin)) complain(`${origin} has an app client of its own already`)
      seen.add(origin)
    }
  }
  return complaints
}

function checkSecrets({ secrets, session: { notBefore } }: CheckedSettings): Complaint[] {
  const complaints: Complaint[] = []
  if (notBefore !== undefined && notBefore > Date.now() / 1000) {
    const text =
      'session.notBefore (GATEWAY_SESSION_NOT_BEFORE): lies in the future, so that nobody could stay signed in until then; the present instant ends every session there is'
    complaints.push({ path: ['session', 'notBefore'], text })
  }
  if (new Set(secrets.map(secret => secret.toString('hex'))).size < secrets.length) {
    const text =
      'secrets (GATEWAY_SECRET): the same secret stands there twice; each has to be its own'
    complaints.push({ path: ['secrets'], text })
  }
  return complaints
}

/** Browsers take SameSite=None with Secure alone, and Secure from https alone. */
function checkEmbedding({ url, embedding: { ancestors } }: CheckedSettings): Complaint[] {
  const plain = url.filter(origin => !origin.startsWith('https:'))
  if (ancestors.length === 0 || plain.length === 0) return []
  const text = `embedding.ancestors: needs https, and url (GATEWAY_URL) has ${plain.join(', ')}: browsers drop the cookies of frames otherwise`
  return [{ path: ['embedding', 'ancestors'], text }]
}

/** Behind TLS of its own a plain origin is reached by nobody; over plain http the header means nothing (RFC 6797 section 7.2). */
function checkTls({ url, tls: { cert, hsts } }: CheckedSettings): Complaint[] {
  const plain = url.filter(origin => !origin.startsWith('https:'))
  if (plain.length === 0) return []
  const given = [...(cert === undefined ? [] : ['cert']), ...(hsts === undefined ? [] : ['hsts'])]
  return given.map(name => ({
    path: ['tls', name],
    text: `tls.${name}: needs https, and url (GATEWAY_URL) has ${plain.join(', ')}`,
  }))
}
