// The session cookie: a reference of any length, cut into chunks that browsers keep.
import { type CookieSite, gatewayCookieName, setCookie } from '../lib/cookie-jar.js'
import type { Browser, SentCookie } from '../model.js'
import type { SentReference } from './sent-reference.js'

/** With name and count below 4,000 bytes; browsers refuse more than 4,096 (RFC 6265bis section 5.6). */
const chunkBytes = 3950
/** Bounds every loop over chunks; a browser keeps 50 cookies of a site at least. */
const maxChunks = 8

const chunkNames = { secure: namesOfChunks(true), plain: namesOfChunks(false) }

function namesOfChunks(secure: boolean): readonly string[] {
  return Array.from({ length: maxChunks }, (_, number) =>
    gatewayCookieName(number === 0 ? 'session' : `session.${number}`, secure),
  )
}

/** Name of the chunk with this number. */
function chunkName(number: number, secure: boolean): string {
  return (secure ? chunkNames.secure : chunkNames.plain)[number] ?? ''
}

/** By origin, and app client where it has one of its own. There are as many as the settings list. */
const places = new Map<string, string>()

/**
 * Where session references are bound to: a value copied to another origin is nothing there, nor one of another app
 * client of this origin.
 */
export function sessionPlace({ origin, client }: Pick<Browser, 'origin' | 'client'>): string {
  const bound = client === undefined ? origin : `${origin} ${client}`
  const known = places.get(bound)
  if (known !== undefined) return known
  const place = client === undefined ? `${origin} session` : `${origin} session ${client}`
  places.set(bound, place)
  return place
}

/**
 * The references that the browser may mean, best first: one for each cookie with the name of the first
 * chunk, eight at most. More than one comes when cookies of one name were set for different paths or domains.
 *
 * The first chunk says how many there are (`2.AAAA…`), so a chunk left over from a longer session is not
 * taken for a part of this one.
 */
export function readReferences(own: readonly SentCookie[], secure: boolean): SentReference[] {
  const references: SentReference[] = []
  const firstChunks = valuesOf(chunkName(0, secure), own)
  const count = Math.min(firstChunks.length, maxChunks)
  for (let position = 0; position < count; position++) {
    const first = firstChunks[position] as string
    const reference = findChunks(first, count - position, own, secure)
    if (reference !== null) references.push(reference)
  }
  return references
}

/** A loop: this is every request's way, and most have one cookie of a name. */
function valuesOf(wanted: string, own: readonly SentCookie[]): string[] {
  const values: string[] = []
  for (const { name, value } of own) if (name === wanted) values.push(value)
  return values
}

/**
 * @param behind  which cookie of a name to take, counted from the last: browsers send the cookies of longer
 *   paths first, so the chunks of one session have the same place among those of their names
 */
function findChunks(
  first: string,
  behind: number,
  own: readonly SentCookie[],
  secure: boolean,
): SentReference | null {
  const count = first.charCodeAt(0) - 48
  if (first[1] !== '.' || !(count >= 1 && count <= maxChunks)) return null
  const pieces = [first.slice(2)]
  for (let number = 1; number < count; number++) {
    const chunks = valuesOf(chunkName(number, secure), own)
    const chunk = chunks.at(-behind) ?? chunks[0]
    if (chunk === undefined) return null
    pieces.push(chunk)
  }
  return pieces
}

/** Whether any cookie of a session is there, readable or not. */
export function hasSessionCookie(own: readonly SentCookie[], secure: boolean): boolean {
  return own.some(({ name }) => isChunkName(name, secure))
}

/**
 * Set-Cookie lines that put a reference into the browser, and clear chunks that it no longer needs.
 *
 * @param maxAgeSeconds  null: as long as the browser is open
 * @param own            what the browser has now
 */
export function writeReference(
  reference: string,
  maxAgeSeconds: number | null,
  own: readonly SentCookie[],
  secure: boolean,
  site: CookieSite = 'lax',
): string[] {
  const count = Math.max(1, Math.ceil(reference.length / chunkBytes))
  const lines: string[] = []
  for (let number = 0; number < count; number++) {
    const chunk = reference.slice(number * chunkBytes, (number + 1) * chunkBytes)
    const value = number === 0 ? `${count}.${chunk}` : chunk
    lines.push(setCookie(chunkName(number, secure), value, maxAgeSeconds, site))
  }
  const kept = new Set(lines.map((_, number) => chunkName(number, secure)))
  return [...lines, ...clearExcept(kept, own, secure, site)]
}

/** Set-Cookie lines that remove every chunk the browser has. */
export function clearSessionCookies(
  own: readonly SentCookie[],
  secure: boolean,
  site: CookieSite = 'lax',
): string[] {
  return clearExcept(new Set(), own, secure, site)
}

function clearExcept(
  kept: ReadonlySet<string>,
  own: readonly SentCookie[],
  secure: boolean,
  site: CookieSite,
): string[] {
  const names = new Set(own.map(({ name }) => name))
  return [...names]
    .filter(name => isChunkName(name, secure) && !kept.has(name))
    .map(name => setCookie(name, '', 0, site))
}

function isChunkName(name: string, secure: boolean): boolean {
  const first = chunkName(0, secure)
  return (
    name === first || (name.startsWith(`${first}.`) && /^\.\d{1,2}$/.test(name.slice(first.length)))
  )
}
