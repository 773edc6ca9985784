// Who may change things by the admin page and its API: programs, and pages of the emulator itself. A web page from
// elsewhere, open in the same browser, may not (Fetch Metadata; Origin for browsers without it).
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Realm } from '../realm.js'

/** A hook that refuses requests of foreign pages. */
export function refuseForeignPages(realm: Pick<Realm, 'domain'>) {
  return async ({ headers }: FastifyRequest, reply: FastifyReply) => {
    const { 'sec-fetch-site': site = 'none', origin } = headers
    const isOwnSite = site === 'none' || site === 'same-origin'
    const isOwnOrigin = origin === undefined || origin === realm.domain
    if (!isOwnSite || !isOwnOrigin) {
      return reply.code(403).send({ error: 'foreign_page' })
    }
  }
}
