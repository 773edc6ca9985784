// The way from a right password to the application, page by page. Which step a browser is at stands behind the
// cookie `page-data`, never in a URL.
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Authorization } from '../authorization.js'
import { grantUrl } from '../grant.js'
import { openHostedSession } from '../hosted-session.js'
import { cookieOptions } from '../page.js'
import type { PoolUser } from '../pool.js'
import { type Realm, rawQuery } from '../realm.js'
import {
  challengeSeconds,
  findChallenge,
  nextChallenge,
  openChallenge,
} from '../sign-in/challenge.js'
import { type Challenge, type ChallengeName, hostedSessionSeconds } from '../state.js'

/** One request to a page. */
export interface Visit {
  readonly request: FastifyRequest
  readonly reply: FastifyReply
  readonly authorization: Authorization
}

const cookieName = 'page-data'

/** The page of each step. */
export const stepPaths: Readonly<Record<ChallengeName, string>> = {
  NEW_PASSWORD_REQUIRED: '/changePassword',
  MFA_SETUP: '/mfaSetup',
  SOFTWARE_TOKEN_MFA: '/mfa',
  CONFIRM_SIGN_UP: '/confirm',
  RESET_PASSWORD: '/confirmforgotPassword',
}

/** A page of the hosted UI with the query of this one. */
export function besides({ domain }: Pick<Realm, 'domain'>, { url }: FastifyRequest, path: string) {
  return `${domain}${path}?${rawQuery(url)}`
}

/** Begins a step; gives the address of its page. */
export function toStep(
  realm: Realm,
  { request, reply, authorization }: Visit,
  name: ChallengeName,
  user: PoolUser | null,
  hasFactor = false,
): string {
  const clientId = authorization.client.id
  const id = openChallenge(realm, { name, user, clientId, hasFactor })
  reply.setCookie(cookieName, id, { ...cookieOptions(realm), maxAge: challengeSeconds })
  return besides(realm, request, stepPaths[name])
}

/** The step that a browser is at, if it is this one. */
export function currentStep(
  realm: Realm,
  { request, authorization }: Pick<Visit, 'request' | 'authorization'>,
  name: ChallengeName,
): Challenge | null {
  const challenge = findChallenge(realm, request.cookies[cookieName], authorization.client.id)
  return challenge?.name === name ? challenge : null
}

/** On to the next step, or signed in and back to the application; gives the address. */
export async function goOn(
  realm: Realm,
  visit: Visit,
  user: PoolUser,
  hasFactor = false,
): Promise<string> {
  const next = nextChallenge(realm, user, hasFactor)
  if (next !== null) return toStep(realm, visit, next, user, hasFactor)
  return signIn(realm, visit, user)
}

/** Opens the hosted UI's session; gives the address at the application. */
export async function signIn(
  realm: Realm,
  { reply, request, authorization }: Visit,
  user: PoolUser,
): Promise<string> {
  const { id, session } = openHostedSession(realm, user)
  realm.tell({ event: 'sign-in', username: user.username })
  reply.setCookie('cognito', id, { ...cookieOptions(realm), maxAge: hostedSessionSeconds })
  const step = request.cookies[cookieName]
  if (step !== undefined) {
    realm.state.challenges.take(step)
    reply.clearCookie(cookieName, cookieOptions(realm))
  }
  return grantUrl(realm, authorization, session)
}
