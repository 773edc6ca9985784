// A person as raw header lines, made once per caller and kept beside it.
import { GatewayError } from '../errors.js'
import type { Caller, Clock, Identity } from '../model.js'
import type { HeaderValue, Style, StyleSettings } from './style.js'

/**
 * Name, value, name, value, … as node:http and undici write them.
 *
 * Throws GW_ERR_IDENTITY_TOO_LARGE where the settings have a limit.
 */
export type IdentityLines = (caller: Caller) => readonly string[]

/** Told the name of a header that was left out, whole or in part; never its value. */
export type OnLeftOut = (header: string, identity: Identity) => void

/**
 * Header lines of all styles in their order, remembered for as long as the caller object lives, or as the shortest
 * of the styles lets them be repeated.
 *
 * An absent claim sends no header. Text that is not ASCII goes out as its UTF-8 bytes, one character a byte.
 * A value is left out, and said once, when it could end a header line or when its edges are white space that
 * an application would trim, which would make it another name. Of a list only such items are left out, and
 * those with a comma: a group named `a,admins` would read as two. Leaving out only ever takes rights away.
 */
export function createIdentityLines(
  styles: readonly Style[],
  settings: StyleSettings,
  onLeftOut: OnLeftOut,
  clock: Clock,
): IdentityLines {
  const known = new WeakMap<Caller, { readonly lines: readonly string[]; readonly until: number }>()
  const repeatSeconds = Math.min(
    ...styles.map(style => style.repeatSeconds?.(settings) ?? Number.POSITIVE_INFINITY),
  )
  const repeatsForEver = repeatSeconds === Number.POSITIVE_INFINITY

  function build(caller: Caller): readonly string[] {
    const lines: string[] = []
    for (const style of styles) {
      for (const [name, value] of style.headers(caller, settings)) {
        const { text, complete } = judge(value)
        if (text !== '') lines.push(name, toBytes(text))
        if (!complete) onLeftOut(name, caller.identity)
      }
    }
    refuseTooLarge(lines, settings.maxBytes)
    known.set(caller, { lines, until: repeatsForEver ? repeatSeconds : clock() + repeatSeconds })
    return lines
  }

  return caller => {
    const found = known.get(caller)
    return found !== undefined && (repeatsForEver || clock() < found.until)
      ? found.lines
      : build(caller)
  }
}

/** An application that takes no more answers with 400 or 431 of its own, and nobody knows why. */
function refuseTooLarge(lines: readonly string[], limit = Number.POSITIVE_INFINITY): void {
  // Colon, space and line end beside each name and value.
  const bytes = lines.reduce((sum, text) => sum + text.length + 2, 0)
  if (bytes <= limit) return
  const detail = `The identity headers have ${bytes} bytes; this application takes ${limit} (maxIdentityBytes). Show it fewer groups (groups.only).`
  throw new GatewayError('GW_ERR_IDENTITY_TOO_LARGE', { reason: detail, detail })
}

const nothing = { text: '', complete: true }

/** What of a value may be sent, empty for nothing, and whether that is all of it. */
function judge(value: HeaderValue): { text: string; complete: boolean } {
  if (value === null || value === '') return nothing
  if (typeof value === 'string') return isSafe(value) ? all(value) : { text: '', complete: false }
  const kept = value.filter(item => item !== '' && isSafe(item) && !item.includes(','))
  return { text: kept.join(','), complete: kept.length === value.length }
}

function all(text: string): { text: string; complete: boolean } {
  return { text, complete: true }
}

/** Control characters (also U+0085), line and paragraph separators, and half characters without bytes. */
const unsafe = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}]/u

/** Printable ASCII without white space at its edges, as nearly every value is: to be sent as it is. */
const plain = /^[!-~](?:[ -~]*[!-~])?$/

function isSafe(value: string): boolean {
  return plain.test(value) || isSafeText(value)
}

function isSafeText(value: string): boolean {
  return !unsafe.test(value) && value.trim() === value
}

/** One character for each UTF-8 byte: what node:http and undici write as it is. */
function toBytes(value: string): string {
  return plain.test(value) ? value : Buffer.from(value, 'utf8').toString('latin1')
}
