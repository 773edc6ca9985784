// Reads and judges the `rd` parameter, the same for every endpoint that has one.
import type { FastifyRequest } from 'fastify'
import { GatewayError } from '../errors.js'
import { judgeReturnTo, type ReturnToRules } from '../login/return-to.js'

/** The Location that a request's `rd` stands for; `/` when it has none. Throws when it leads elsewhere. */
export type JudgeReturnTo = (request: FastifyRequest) => string

/** A judge for these settings. Throws GW_ERR_RETURN_TO_REFUSED. */
export function createReturnToJudge(rules: Omit<ReturnToRules, 'origin'>): JudgeReturnTo {
  return ({ browser, target }) => {
    const asked = new URLSearchParams(target.query).getAll('rd')
    const [first = '/', ...more] = asked
    const location =
      more.length > 0 ? null : judgeReturnTo(first, { ...rules, origin: browser.origin })
    if (location === null) {
      const reason =
        more.length > 0 ? 'rd stands there more than once' : 'rd leads to a foreign origin'
      throw new GatewayError('GW_ERR_RETURN_TO_REFUSED', { reason })
    }
    return location
  }
}
