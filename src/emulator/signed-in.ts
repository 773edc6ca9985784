// A signed-in browser without a click, by way of a running emulator: its own session first, then the gateway's, as
// the silent sign-in at Cognito would give it.
import { cookieFor, type StoredCookie, walk } from './visitor-walk.js'

/** Playwright's storage state. */
export interface StorageState {
  readonly cookies: readonly StoredCookie[]
  readonly origins: readonly never[]
}

/** Who and where. */
export interface SignedInAs {
  /** Origin of the emulator. */
  readonly emulatorUrl: string
  readonly username: string
  /** A page behind a gateway; null for the emulator's own session alone. */
  readonly gatewayUrl: string | null
}

/**
 * Cookies of a browser in which this person is signed in.
 * @throws Error when the user is not there, or the way does not end at the gateway
 */
export async function signedInState({
  emulatorUrl,
  username,
  gatewayUrl,
}: SignedInAs): Promise<StorageState> {
  const { cookie, domain } = await askEmulator<{
    cookie: { name: string; value: string }
    domain: string
  }>(emulatorUrl, 'sessions', { username })
  const own = cookieFor(domain, cookie.name, cookie.value)
  if (gatewayUrl === null) return { cookies: [own], origins: [] }
  const { url, status, cookies } = await walk(gatewayUrl, [own])
  const [end, wanted] = [new URL(url), new URL(gatewayUrl)]
  if (end.origin === wanted.origin && !end.pathname.startsWith('/oauth2/')) {
    return { cookies, origins: [] }
  }
  throw new Error(`the sign-in ended with ${status} at ${end.origin}${end.pathname}`)
}

/** The answer of the emulator's admin API to a POST. Throws an Error with its message. */
export async function askEmulator<T>(emulatorUrl: string, path: string, body: object): Promise<T> {
  const answer = await fetch(new URL(`/emulator/api/${path}`, emulatorUrl), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    redirect: 'error',
    signal: AbortSignal.timeout(10_000),
  }).catch((error: unknown) => {
    throw new Error(`no emulator answers at ${emulatorUrl}`, { cause: error })
  })
  const content = (await answer.json()) as T & { readonly message?: string }
  if (answer.ok) return content
  throw new Error(content.message ?? `the emulator answers ${answer.status}`)
}
