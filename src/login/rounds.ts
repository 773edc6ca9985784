// Stops a browser that signs in again and again without ever showing its session: it does not keep the
// session cookie, and would go round between gateway and hosted UI for ever.
import { gatewayCookieName, setCookie } from '../lib/cookie-jar.js'
import type { Sealer } from '../lib/sealer.js'
import type { Browser, Clock } from '../model.js'

/** Sign-ins in a row that may end without a session before the gateway stops and says why. */
export const maxRounds = 3
const windowSeconds = 60

/** Counts the sign-ins that this browser completed within the last minute without a session to show. */
export interface Rounds {
  /** How many so far. */
  count(browser: Browser): number
  /** The Set-Cookie line that counts one more. */
  next(browser: Browser): string
  /** The Set-Cookie line that begins anew. */
  reset(browser: Browser): string
}

/** Rounds kept in a sealed cookie. @param clock NumericDate seconds */
export function createRounds({ sealer, clock }: { sealer: Sealer; clock: Clock }): Rounds {
  const nameFor = ({ secure }: Browser) => gatewayCookieName('rounds', secure)

  function count(browser: Browser): number {
    const name = nameFor(browser)
    const cookie = browser.cookies.find(sent => sent.name === name)
    const found = cookie && sealer.open('rounds', `${browser.origin} ${name}`, cookie.value)
    if (!found) return 0
    const [endsAt, rounds] = JSON.parse(found.plaintext.toString('utf8')) as [number, number]
    return endsAt > clock() ? rounds : 0
  }

  return {
    count,
    next(browser) {
      const name = nameFor(browser)
      const content = JSON.stringify([clock() + windowSeconds, count(browser) + 1])
      return setCookie(
        name,
        sealer.seal('rounds', `${browser.origin} ${name}`, content),
        windowSeconds,
      )
    },
    reset(browser) {
      return setCookie(nameFor(browser), '', 0)
    },
  }
}
