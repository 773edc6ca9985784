// Back from a provider: signed in and on to the application, or an error as Cognito words it.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { errorPageUrl, judgeAuthorization, withParameters } from '../authorization.js'
import { signIn } from '../pages/steps.js'
import { PoolError } from '../pool-error.js'
import type { Realm } from '../realm.js'
import type { Person, Provider } from '../settings/provider.js'
import { challengeSeconds } from '../sign-in/challenge.js'
import { linkUser } from './link.js'

/** What came back. */
export interface Returned {
  readonly state: string | undefined
  /** Null: refused there. */
  readonly person: Person | null
}

/** Where the browser goes. A state is good once, in the browser that began with it, for five minutes. */
export async function finishFederation(
  realm: Realm,
  request: FastifyRequest,
  reply: FastifyReply,
  { state = '', person }: Returned,
): Promise<string> {
  const held = realm.state.federations.take(state)
  const isOwn = state !== '' && request.cookies['csrf-state'] === state
  const isLate = held !== undefined && realm.clock() - held.startedAt >= challengeSeconds
  if (held === undefined || !isOwn || isLate) return errorPageUrl(realm, 'invalid_request')
  reply.clearCookie('csrf-state', { path: '/' })
  const judged = judgeAuthorization(realm, held.parameters)
  if (!('good' in judged)) return errorPageUrl(realm, 'invalid_request')
  const provider = realm.settings.providers.find(({ name }) => name === held.provider)
  if (provider === undefined) return errorPageUrl(realm, 'invalid_request')

  const { good: authorization } = judged
  const { client } = authorization
  try {
    if (person === null) throw new PoolError('NotAuthorizedException', 'access_denied')
    const user = await linkUser(realm, client.id, provider, person)
    return await signIn(realm, { request, reply, authorization }, user)
  } catch (error) {
    if (!(error instanceof PoolError)) throw error
    realm.tell({ event: 'sign-in refused', clientId: client.id, reason: error.message })
    return providerErrorUrl(provider, authorization.redirectUri, held.parameters, error)
  }
}

/** In Cognito's order and words; SAML has an `error` of its own, Facebook adds its mark. */
function providerErrorUrl(
  { type }: Provider,
  redirectUri: string,
  { state, response_type: responseType }: Readonly<Record<string, string | undefined>>,
  { name, message }: PoolError,
): string {
  const isTrigger = name === 'UserLambdaValidationException'
  const text = isTrigger ? `${message} ` : message
  const isSaml = type === 'SAML' && isTrigger
  const url = withParameters(redirectUri, responseType === 'token' ? '#' : '?', {
    error_description: isSaml ? `Invalid SAML response received: ${text}` : text,
    state,
    error: isSaml
      ? 'server_error'
      : message === 'access_denied'
        ? 'access_denied'
        : 'invalid_request',
  })
  return type === 'Facebook' && !url.includes('#') ? `${url}#_=_` : url
}
