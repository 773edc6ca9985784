// Cognito's /logout appends nothing to its one registered logout_uri, so where to go afterwards waits in
// a sealed cookie.
import { gatewayCookieName, setCookie } from '../lib/cookie-jar.js'
import type { Sealer } from '../lib/sealer.js'
import type { Browser, Clock } from '../model.js'

const lifeSeconds = 600

/** Keeps one judged Location across the hosted UI's sign-out. */
export interface AfterSignOut {
  /** Set-Cookie line that keeps it. */
  remember(browser: Browser, location: string): string
  /** Set-Cookie lines that remove what an earlier sign-out left behind. */
  forget(browser: Browser): string[]
  /** The Location and the line that clears it; null when none is waiting. */
  take(browser: Browser): { location: string; setCookie: string } | null
}

/** Sealed into a cookie of ten minutes. @param clock NumericDate seconds */
export function createAfterSignOut({
  sealer,
  clock,
}: {
  sealer: Sealer
  clock: Clock
}): AfterSignOut {
  const nameFor = ({ secure }: Browser) => gatewayCookieName('signed-out', secure)

  return {
    remember(browser, location) {
      const name = nameFor(browser)
      const content = JSON.stringify([clock() + lifeSeconds, location])
      const value = sealer.seal('signed-out', `${browser.origin} ${name}`, content)
      return setCookie(name, value, lifeSeconds)
    },

    forget(browser) {
      const name = nameFor(browser)
      return browser.cookies.some(sent => sent.name === name) ? [setCookie(name, '', 0)] : []
    },

    take(browser) {
      const name = nameFor(browser)
      const cookie = browser.cookies.find(sent => sent.name === name)
      const found = cookie && sealer.open('signed-out', `${browser.origin} ${name}`, cookie.value)
      if (!found) return null
      const [endsAt, location] = JSON.parse(found.plaintext.toString('utf8')) as [number, string]
      return endsAt > clock() ? { location, setCookie: setCookie(name, '', 0) } : null
    },
  }
}
