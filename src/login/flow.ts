// The login journey: begin sends a browser to the hosted UI, complete receives it. What happens between
// is Cognito's.
import { type ErrorCode, GatewayError } from '../errors.js'
import type { Browser, Identity, LoginWishes, TokenSet } from '../model.js'
import { maxRounds, type Rounds } from './rounds.js'
import type { LostState, Transactions } from './transaction.js'

/** Builds the hosted UI's authorize URL (RFC 6749 section 4.1.1, RFC 7636 section 4.3). */
export type BuildAuthorizationUrl = (parameters: {
  readonly redirectUri: string
  readonly state: string
  readonly nonce: string
  readonly codeVerifier: string
  /** True: asks for the password also of who is signed in at Cognito. */
  readonly again?: boolean
  readonly extra?: LoginWishes
}) => URL

/** Exchanges the code of a callback and verifies what comes back. Throws a GatewayError when it cannot. */
export type RedeemCode = (callback: {
  /** The configured redirect URI with the query that was received. */
  readonly callbackUrl: URL
  readonly state: string
  readonly nonce: string
  readonly codeVerifier: string
}) => Promise<{ identity: Identity; tokens: TokenSet }>

/** Which failure an error at the callback is, and why, for the log. */
export type ExplainCallbackError = (
  error: string,
  description: string | null,
) => { readonly code: ErrorCode; readonly reason: string }

/** Where the browser goes next, and what it has to remember. */
export interface Step {
  readonly location: string
  readonly setCookies: readonly string[]
}

/** How a callback ended, when it did not fail. */
export type Completed =
  | {
      readonly outcome: 'signed-in'
      readonly identity: Identity
      readonly tokens: TokenSet
      readonly returnTo: string
    }
  /** The transaction is gone: used already, expired, evicted, or begun in another browser. */
  | ({ readonly outcome: 'transaction-gone' } & LostState)

/** The two halves of a sign-in. */
export interface LoginFlow {
  /** Starts a login that will end at `returnTo`, which has been judged. */
  begin(
    browser: Browser,
    returnTo: string,
    wishes?: { readonly round?: number; readonly again?: boolean; readonly extra?: LoginWishes },
  ): Promise<Step>
  /**
   * Completes a login from the query of the callback.
   *
   * @throws GW_ERR_CALLBACK_INVALID, GW_ERR_STATE_UNKNOWN, GW_ERR_LOGIN_REFUSED and what redeeming throws
   */
  complete(browser: Browser, query: string): Promise<Completed>
  /** Set-Cookie lines that remove the transaction which the query of a callback names. */
  forget(browser: Browser, query: string): string[]
  /**
   * The step for a callback whose transaction is gone while nobody is signed in: start again, a few times.
   *
   * @throws GW_ERR_TRANSACTION_EXPIRED when that did not help, GW_ERR_COOKIES_BLOCKED when nothing comes back
   */
  startAgain(browser: Browser, lost: LostState, extra?: LoginWishes): Promise<Step>
  /**
   * The line that counts a completed sign-in of a browser that showed no session before.
   *
   * @throws GW_ERR_LOGIN_LOOP at the fourth in a row: the browser does not keep the session cookie
   */
  countRound(browser: Browser): string
  /** Set-Cookie line that forgets the rounds. */
  resetRounds(browser: Browser): string
}

/** The login flow over Cognito's authorize and token endpoints. */
export function createLoginFlow({
  transactions,
  rounds,
  callbackPath,
  buildAuthorizationUrl,
  redeemCode,
  explainCallbackError,
}: {
  transactions: Transactions
  rounds: Rounds
  /** Path of the callback at every public origin. */
  callbackPath: string
  buildAuthorizationUrl: BuildAuthorizationUrl
  redeemCode: RedeemCode
  explainCallbackError: ExplainCallbackError
}): LoginFlow {
  async function begin(
    browser: Browser,
    returnTo: string,
    {
      round = 0,
      again = false,
      extra = {},
    }: { readonly round?: number; readonly again?: boolean; readonly extra?: LoginWishes } = {},
  ): Promise<Step> {
    const { transaction, setCookies } = transactions.begin(browser, returnTo, round)
    const { state, nonce, codeVerifier } = transaction
    const redirectUri = browser.origin + callbackPath
    const wanted = { redirectUri, state, nonce, codeVerifier, again, extra }
    const url = buildAuthorizationUrl(wanted)
    return { location: url.href, setCookies }
  }

  return {
    begin,

    async complete(browser, query) {
      const parameters = new URLSearchParams(query)
      // Cognito sends errors with and without state: they are looked at first (cognito: authorize errors).
      if (parameters.has('error')) throw refusedByCognito(parameters, explainCallbackError)
      const state = exactlyOne(parameters, 'state')
      exactlyOne(parameters, 'code')

      const transaction = transactions.find(browser, state)
      if (transaction === null) {
        return { outcome: 'transaction-gone', ...lostState(transactions, browser, state) }
      }
      const { nonce, codeVerifier, returnTo } = transaction
      const callbackUrl = new URL(browser.origin + callbackPath + query)
      const { identity, tokens } = await redeemCode({ callbackUrl, state, nonce, codeVerifier })
      return { outcome: 'signed-in', identity, tokens, returnTo }
    },

    forget: (browser, query) =>
      transactions.forget(browser, new URLSearchParams(query).get('state') ?? ''),

    async startAgain(browser, { returnTo, round }, extra = {}) {
      if (round >= maxRounds - 1) {
        const nothing = browser.cookies.length === 0
        const what = nothing ? 'no cookie at all came' : 'the transaction cookie did not come'
        throw new GatewayError(nothing ? 'GW_ERR_COOKIES_BLOCKED' : 'GW_ERR_TRANSACTION_EXPIRED', {
          reason: `${what} back in ${maxRounds} rounds`,
        })
      }
      return begin(browser, returnTo, { round: round + 1, extra })
    },

    countRound(browser) {
      if (rounds.count(browser) >= maxRounds) {
        const reason = `${maxRounds} sign-ins within a minute, and the session cookie never came back`
        throw new GatewayError('GW_ERR_LOGIN_LOOP', { reason })
      }
      return rounds.next(browser)
    },

    resetRounds: browser => rounds.reset(browser),
  }
}

function refusedByCognito(
  parameters: URLSearchParams,
  explain: ExplainCallbackError,
): GatewayError {
  const { code, reason } = explain(
    parameters.get('error') ?? '',
    parameters.get('error_description'),
  )
  return new GatewayError(code, { reason })
}

/** RFC 6749 section 3.1: parameters must not be included more than once. */
function exactlyOne(parameters: URLSearchParams, name: string): string {
  const [value, ...more] = parameters.getAll(name)
  if (value === undefined || value === '' || more.length > 0) {
    const seen = more.length > 0 ? `${more.length + 1} times` : 'missing or empty'
    throw new GatewayError('GW_ERR_CALLBACK_INVALID', {
      reason: `${name} expected once, seen: ${seen}`,
    })
  }
  return value
}

function lostState(transactions: Transactions, browser: Browser, state: string): LostState {
  const lost = transactions.readState(browser, state)
  if (lost === null) {
    throw new GatewayError('GW_ERR_STATE_UNKNOWN', {
      reason: 'state was not sealed with a key of this gateway',
    })
  }
  return lost
}
