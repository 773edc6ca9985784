// A posted form as a page can carry it, so that the browser sends the same bytes again. Every byte becomes one
// character of windows-1252, in which the page's form is sent: what it was written in does not matter.
import type { PageFacts } from './page.js'

/** What the page of a kept form shows of it, and how it carries it. */
export type CarriedForm = Pick<PageFacts['kept-form'], 'carrier' | 'fields' | 'shown'>

/** The characters of the bytes 80 to 9F (WHATWG Encoding, index windows-1252); all others are their own. */
const upper =
  '\u20ac\x81\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\x8d\u017d\x8f\x90\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\x9d\u017e\u0178'

const maxShownFields = 30
const maxShownCharacters = 300
/** Nobody wants to see these on a screen, nor would they tell anything. */
const secretName = /pass|pwd|secret|token|csrf|nonce|verifier/i

/**
 * A body of `application/x-www-form-urlencoded` as fields; null for what no form of a browser sends, and what a page
 * could therefore not send again byte for byte.
 *
 * Forms send newlines as CR LF and encode in one way only (WHATWG URL section 5.2); empty names and NUL come from
 * scripts, and take a script to be carried.
 */
export function carryForm(body: Buffer): CarriedForm | null {
  const text = body.toString('latin1')
  const pairs = text === '' ? [] : text.split('&').map(decodePair)
  if (pairs.map(encodePair).join('&') !== text) return null
  const needsScript = pairs.some(pair => pair[0] === '' || pair.some(part => part.includes('\0')))
  return {
    carrier: needsScript ? 'script' : 'html',
    fields: pairs.map(([name, value]) => [toWindows1252(name), toWindows1252(value)] as const),
    shown: pairs.slice(0, maxShownFields).map(toShown),
  }
}

/** Bytes as characters of the same code. */
type Pair = readonly [name: string, value: string]

function decodePair(text: string): Pair {
  const equals = text.indexOf('=')
  if (equals === -1) return [decode(text), '']
  return [decode(text.slice(0, equals)), decode(text.slice(equals + 1))]
}

function decode(text: string): string {
  return text
    .replaceAll('+', ' ')
    .replace(/%([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
}

function encodePair([name, value]: Pair): string {
  return `${encode(name)}=${encode(value)}`
}

/** As browsers do it. */
function encode(bytes: string): string {
  return bytes.replace(/\r\n|\r|\n/g, '\r\n').replace(/[^\w.*-]/g, byte => {
    if (byte === ' ') return '+'
    return `%${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`
  })
}

function toWindows1252(bytes: string): string {
  return bytes.replace(/[\x80-\x9f]/g, byte => upper[byte.charCodeAt(0) - 0x80] as string)
}

function toShown([name, value]: Pair): CarriedForm['shown'][number] {
  const shownName = readable(name)
  return { name: shownName, value: secretName.test(name) ? null : readable(value) }
}

/** Most are UTF-8. Where they are not, nobody knows what they are in. */
function readable(bytes: string): string {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(bytes, 'latin1'))
    return text.length > maxShownCharacters ? `${text.slice(0, maxShownCharacters)}…` : text
  } catch {
    return '…'
  }
}
