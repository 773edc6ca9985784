// How the hosted UI's pages and cookies are sent.
import type { CookieSerializeOptions } from '@fastify/cookie'
import type { FastifyReply } from 'fastify'
import type { Realm } from './realm.js'

/** One page, with headers that keep it from being kept or framed. */
export function sendPage(
  { views, settings }: Realm,
  reply: FastifyReply,
  template: string,
  content: Readonly<Record<string, unknown>>,
): FastifyReply {
  const { html, contentSecurityPolicy } = views(template, { ...content, poolId: settings.poolId })
  return reply
    .headers({
      'content-type': 'text/html;charset=UTF-8',
      'content-security-policy': contentSecurityPolicy,
      'cache-control': 'no-cache, no-store, max-age=0, must-revalidate',
      'x-frame-options': 'DENY',
      'x-content-type-options': 'nosniff',
    })
    .send(html)
}

/** Cognito's attributes; Secure only where the emulator is served over https. */
export function cookieOptions({ domain }: Realm): CookieSerializeOptions {
  return { path: '/', httpOnly: true, sameSite: 'lax', secure: domain.startsWith('https:') }
}
