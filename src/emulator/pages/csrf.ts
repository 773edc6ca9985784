// Protection of the forms: the cookie XSRF-TOKEN has to come back in the field `_csrf`.
import { randomUUID } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { cookieOptions } from '../page.js'
import type { Realm } from '../realm.js'

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** What the form has to repeat; one for all tabs of a browser, as Cognito has it. */
export function giveCsrfToken(realm: Realm, request: FastifyRequest, reply: FastifyReply): string {
  const known = request.cookies['XSRF-TOKEN'] ?? ''
  const token = uuid.test(known) ? known : randomUUID()
  reply.setCookie('XSRF-TOKEN', token, cookieOptions(realm))
  return token
}

/** Whether a form is one of ours, of this browser. */
export function isOwnForm({ cookies }: FastifyRequest, csrf: string | undefined): boolean {
  return csrf !== undefined && csrf === cookies['XSRF-TOKEN']
}

/** Said when it is not. */
export const tooOld = 'Your page was too old. Please try again.'
