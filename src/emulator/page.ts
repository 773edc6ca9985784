// How the hosted UI's pages and cookies are sent.
import type { CookieSerializeOptions } from '@fastify/cookie'
import type { FastifyReply } from 'fastify'
import type { Realm } from './realm.js'

/** Headers of everything that must not be kept or framed. */
export const privateHeaders = {
  'cache-control': 'no-cache, no-store, max-age=0, must-revalidate',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
}

/** One page. */
export function sendPage(
  { views, settings }: Realm,
  reply: FastifyReply,
  template: string,
  content: Readonly<Record<string, unknown>>,
): FastifyReply {
  const { html, contentSecurityPolicy } = views(template, {
    lang: 'en',
    wide: false,
    ...content,
    poolId: settings.poolId,
    look: settings.loginPages,
  })
  return reply
    .headers({
      ...privateHeaders,
      'content-type': 'text/html;charset=UTF-8',
      'content-security-policy': contentSecurityPolicy,
      'referrer-policy': 'no-referrer',
    })
    .send(html)
}

/** HTTP 400 with this sentence: nothing to go back to. */
export function sendBadRequest(realm: Realm, reply: FastifyReply, sentence: string): FastifyReply {
  return sendPage(realm, reply.code(400), 'error', {
    title: 'Bad request',
    heading: sentence,
    error: null,
    hint: null,
  })
}

/** Cognito's attributes; Secure only where the emulator is reached over https. */
export function cookieOptions({ domain }: Pick<Realm, 'domain'>): CookieSerializeOptions {
  return { path: '/', httpOnly: true, sameSite: 'lax', secure: domain.startsWith('https:') }
}
