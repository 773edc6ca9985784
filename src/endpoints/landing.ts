// GET /oauth2/landing?rd=/path: the first page after a sign-in that has kept the part of a link behind `#`.
import type { RouteHandlerMethod } from 'fastify'
import type { Pages } from '../pages/pages.js'
import { languageOf } from './page-language.js'
import type { JudgeReturnTo } from './return-to.js'

/** A page that goes on to `rd`, with the fragment that waits in the browser. Fails with GW_ERR_RETURN_TO_REFUSED. */
export function landingEndpoint({
  judge,
  pages,
}: {
  judge: JudgeReturnTo
  pages: Pages
}): RouteHandlerMethod {
  return async (request, reply) => {
    const page = pages.render('landing', languageOf(request), { page: judge(request) })
    return reply.headers(page.headers).send(page.html)
  }
}
