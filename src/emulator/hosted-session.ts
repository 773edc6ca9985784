// The session that the `cognito` cookie names: one hour from the interactive sign-in. A silent sign-in does not
// extend it; only /logout ends it early.
import { randomUUID } from 'node:crypto'
import type { PoolUser } from './pool.js'
import { isActive, type Parameters, type Realm } from './realm.js'
import { type HostedSession, hostedSessionSeconds } from './state.js'

/** Begins a session; gives the cookie's value. */
export function openHostedSession({ state, clock }: Realm, user: PoolUser) {
  const id = randomUUID()
  const session: HostedSession = { user, authTime: clock() }
  state.hostedSessions.set(id, session)
  return { id, session }
}

/**
 * The session that answers a request without asking: null when there is none, it is over, or the request wants
 * the person asked again (`prompt=login`, or older than `max_age`).
 */
export function silentSession(
  realm: Realm,
  { prompt = '', max_age: maxAge }: Parameters,
  cookie: string | undefined,
): HostedSession | null {
  const session = cookie === undefined ? undefined : realm.state.hostedSessions.get(cookie)
  if (session === undefined || !isActive(realm, session.user)) return null
  const age = realm.clock() - session.authTime
  if (age >= hostedSessionSeconds || prompt.split(' ').includes('login')) return null
  return maxAge !== undefined && age > Number(maxAge) ? null : session
}
