// What pages of other origins may do at a route (Fetch Standard, section 3.2: the CORS protocol).
import type { CrossOrigin } from '../model.js'
import type { CorsSetting } from './cors-settings.js'

const usualMethods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']
/** What a page may read of the gateway's own answers. */
const ownExposed = ['WWW-Authenticate', 'Retry-After', 'X-Request-Id']

/** @param routeMethods  the methods that the route takes; undefined for all */
export function compileCors(
  setting: CorsSetting,
  routeMethods: readonly string[] | undefined,
): CrossOrigin | 'application' | null {
  if (setting === undefined) return null
  if (setting === 'application') return setting
  const { origins, credentials, methods = routeMethods ?? usualMethods, headers } = setting
  const exposed = [...ownExposed, ...setting.expose].join(', ')
  const allowed = new Map(
    origins.map(origin => [
      origin,
      [...grant(origin, credentials), 'Access-Control-Expose-Headers', exposed],
    ]),
  )
  const find = (origin: string | undefined) =>
    origin === undefined ? undefined : (allowed.get(origin) ?? allowed.get('*'))
  return {
    allows: origin => find(origin) !== undefined,
    mayUseSession: origin => credentials && allowed.has(origin ?? ''),
    linesFor: origin => [...(find(origin) ?? []), 'Vary', 'Origin'],
    preflightLines: origin => [
      ...grant(allowed.has(origin) ? origin : '*', credentials),
      ...['Access-Control-Allow-Methods', methods.join(', ')],
      ...(headers.length > 0 ? ['Access-Control-Allow-Headers', headers.join(', ')] : []),
      ...['Access-Control-Max-Age', String(setting.maxAge), 'Vary', 'Origin'],
    ],
  }
}

function grant(origin: string, credentials: boolean): string[] {
  const lines = ['Access-Control-Allow-Origin', origin]
  if (credentials) lines.push('Access-Control-Allow-Credentials', 'true')
  return lines
}
