// For applications whose links have their place behind `#`: no server ever sees that part, so a page of ours keeps it
// in the browser while its person signs in.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { GatewayError } from '../errors.js'
import { fitReturnTo, judgeReturnTo } from '../login/return-to.js'
import type { Pages } from '../pages/pages.js'
import { chooseLanguage } from '../texts/language.js'
import type { FailureAnswers } from './error-handler.js'
import { mustProveAgain } from './prove-again.js'

/** Answers a navigation with the page, 401; false when its address is too long, and nothing was answered. */
export type KeepFragment = (request: FastifyRequest, reply: FastifyReply) => boolean

/** So that the login start takes it (login/return-to). */
const maxReturnTo = 2000

/** @param signInPath  the login start that comes back to a path; with the password, whoever is signed in */
export function createFragmentKeeper({
  pages,
  failures,
  landingPath,
  signInPath,
}: {
  pages: Pages
  failures: Pick<FailureAnswers, 'dress'>
  landingPath: string
  signInPath: (returnTo: string, again: boolean) => string
}): KeepFragment {
  return (request, reply) => {
    const { browser, target, headers } = request
    const rules = { origin: browser.origin, ...nowhereElse }
    // As the landing page will name it, so that the two can be compared.
    const page = judgeReturnTo(fitReturnTo(target), rules)
    const landing = `${landingPath}?rd=${encodeURIComponent(page ?? '')}`
    if (page === null || landing.length > maxReturnTo) return false
    const again = mustProveAgain(request)
    const finished = pages.render('keep-fragment', chooseLanguage(headers['accept-language']), {
      page,
      signIn: signInPath(page, again),
      signInWithFragment: signInPath(landing, again),
    })
    // Nothing has gone wrong, and nothing is written down.
    const error = new GatewayError('GW_ERR_LOGIN_REQUIRED')
    const answer = failures.dress(finished, error, request)
    reply.code(answer.status).headers(answer.headers).send(answer.body)
    return true
  }
}

const nowhereElse = { ownOrigins: [], allowedOrigins: [], passingPaths: new Set<string>() }
