// One sign-in on its way: what must come back from the hosted UI, in one sealed cookie per login, so that
// several tabs can sign in at once. The state carries the return address a second time, sealed: a
// callback whose cookie is gone still knows where the person wanted to go.
import { gatewayCookieName, setCookie } from '../lib/cookie-jar.js'
import { randomText } from '../lib/random.js'
import type { Sealer } from '../lib/sealer.js'
import type { Browser, Clock } from '../model.js'

/** A sign-in that was begun and not completed yet. */
export interface Transaction {
  /** The value of `state`. */
  readonly state: string
  readonly nonce: string
  /** The value of `code_verifier` (RFC 7636 section 4.1). */
  readonly codeVerifier: string
  /** Location to go to afterwards, judged when the login began. */
  readonly returnTo: string
}

/** What a `state` of ours says when its transaction is gone. */
export interface LostState {
  readonly returnTo: string
  /** How many times this sign-in was already started again. */
  readonly round: number
}

/** Opens and seals transactions for one origin. */
export interface Transactions {
  /** A new transaction and the Set-Cookie lines for it, which also drop the oldest of too many. */
  begin(
    browser: Browser,
    returnTo: string,
    round: number,
  ): { transaction: Transaction; setCookies: string[] }
  /** The transaction that a state belongs to; null when it is gone. */
  find(browser: Browser, state: string): Transaction | null
  /** Set-Cookie lines that remove the transaction of a state: whatever comes of it, it counts once. */
  forget(browser: Browser, state: string): string[]
  /** Reads a state of ours without its transaction; null when it was not sealed here. */
  readState(browser: Browser, state: string): LostState | null
}

/** People reset passwords and look for their phones while the page is open. */
const lifeSeconds = 3600
const maxTransactions = 8
/** All of them together, so that session and transactions stay below common header limits. */
const maxTransactionBytes = 4096
/** Six digits of base 36 end in 2038, and then the newest name would sort as the oldest. */
const timeDigits = 7
/** Cognito's limit for `state` is not published; under 1 KB is safe. */
const maxReturnToInState = 400

/** Transactions sealed with the gateway's keys. @param clock NumericDate seconds */
export function createTransactions({
  sealer,
  clock,
}: {
  sealer: Sealer
  clock: Clock
}): Transactions {
  function sealState(origin: string, id: string, { returnTo, round }: LostState): string {
    const kept = returnTo.length <= maxReturnToInState ? returnTo : '/'
    return `${id}.${sealer.seal('state', `${origin} ${id}`, JSON.stringify([kept, round]))}`
  }

  return {
    begin(browser, returnTo, round) {
      const id = `${Math.floor(clock()).toString(36).padStart(timeDigits, '0')}-${randomText(9)}`
      const transaction: Transaction = {
        state: sealState(browser.origin, id, { returnTo, round }),
        nonce: randomText(24),
        codeVerifier: randomText(32),
        returnTo,
      }
      const name = cookieName(id, browser.secure)
      const { state, nonce, codeVerifier } = transaction
      const content = JSON.stringify([clock() + lifeSeconds, state, nonce, codeVerifier, returnTo])
      const value = sealer.seal('transaction', `${browser.origin} ${name}`, content)
      const evicted = oldestBeyondLimits(browser, value.length)
      return {
        transaction,
        setCookies: [
          setCookie(name, value, lifeSeconds),
          ...evicted.map(old => setCookie(old, '', 0)),
        ],
      }
    },

    find(browser, state) {
      const name = nameOf(state, browser)
      const cookie = browser.cookies.find(sent => sent.name === name)
      if (cookie === undefined) return null
      const found = sealer.open('transaction', `${browser.origin} ${name}`, cookie.value)
      if (found === null) return null
      const [endsAt, expectedState, nonce, codeVerifier, returnTo] = JSON.parse(
        found.plaintext.toString('utf8'),
      ) as [number, string, string, string, string]
      if (endsAt <= clock() || expectedState !== state) return null
      return { state, nonce, codeVerifier, returnTo }
    },

    forget(browser, state) {
      const name = nameOf(state, browser)
      return browser.cookies.some(sent => sent.name === name) ? [setCookie(name, '', 0)] : []
    },

    readState(browser, state) {
      const dot = state.indexOf('.')
      const found = sealer.open(
        'state',
        `${browser.origin} ${state.slice(0, dot)}`,
        state.slice(dot + 1),
      )
      if (found === null) return null
      const [returnTo, round] = JSON.parse(found.plaintext.toString('utf8')) as [string, number]
      return { returnTo, round }
    },
  }
}

function cookieName(id: string, secure: boolean): string {
  return gatewayCookieName(`login-${id}`, secure)
}

function nameOf(state: string, { secure }: Browser): string {
  return cookieName(state.slice(0, Math.max(0, state.indexOf('.'))), secure)
}

/** Names of the transactions to drop before one more of this size. Names begin with their time. */
function oldestBeyondLimits({ secure, cookies }: Browser, addedBytes: number): string[] {
  const prefix = cookieName('', secure)
  const newestFirst = cookies
    .filter(({ name }) => name.startsWith(prefix))
    .sort((a, b) => (a.name < b.name ? 1 : -1))
  let bytes = addedBytes
  return newestFirst
    .filter(({ value }, position) => {
      bytes += value.length
      return position >= maxTransactions - 1 || bytes > maxTransactionBytes
    })
    .map(({ name }) => name)
}
