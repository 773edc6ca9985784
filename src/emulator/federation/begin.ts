// To a provider: the request is kept, and the browser sent on with a state of the pool's own, as Cognito does.
import { randomUUID } from 'node:crypto'
import type { FastifyReply } from 'fastify'
import { withParameters } from '../authorization.js'
import { cookieOptions } from '../page.js'
import type { Parameters, Realm } from '../realm.js'
import type { Provider } from '../settings/provider.js'

/** The page of a provider. */
export const providerPath = '/emulator/provider'

/** Keeps a request and gives the address of the provider's page. */
export function toProvider(
  realm: Realm,
  reply: FastifyReply,
  { name, type }: Provider,
  parameters: Parameters,
): string {
  const state = randomUUID()
  const startedAt = realm.clock()
  realm.state.federations.set(state, { provider: name, parameters, startedAt })
  // SameSite=None at Cognito, which needs https; here everything is one site.
  reply.setCookie('csrf-state', state, cookieOptions(realm))
  const takesHint = type === 'Google' || type === 'OIDC'
  const hint = takesHint ? parameters.login_hint : undefined
  return withParameters(`${realm.domain}${providerPath}/${name}`, '?', { state, login_hint: hint })
}
