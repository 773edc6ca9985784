// A person as raw header lines, made once per identity and kept beside it.
import type { Identity } from '../model.js'
import type { IdentitySettings } from './settings.js'
import type { Style } from './style.js'

/** Name, value, name, value, … as node:http writes them. */
export type IdentityLines = (identity: Identity) => readonly string[]

/** Told the name of a header that was left out, never its value. */
export type OnLeftOut = (header: string, identity: Identity) => void

/**
 * Header lines of a style, remembered for as long as the identity object lives.
 *
 * An absent claim sends no header. Text that is not ASCII goes out as its UTF-8 bytes. A value that could
 * end a header line, or whose edges an application would trim, is left out.
 */
export function createIdentityLines(
  style: Style,
  settings: IdentitySettings,
  onLeftOut: OnLeftOut,
): IdentityLines {
  const known = new WeakMap<Identity, readonly string[]>()

  function build(identity: Identity): readonly string[] {
    const lines: string[] = []
    for (const [name, value] of style.headers(identity, settings)) {
      if (value === null || value === '') continue
      if (isSafe(value)) lines.push(name, toBytes(value))
      else onLeftOut(name, identity)
    }
    known.set(identity, lines)
    return lines
  }

  return identity => known.get(identity) ?? build(identity)
}

/** No control characters, and no white space at the edges, of any kind that Unicode knows. */
function isSafe(value: string): boolean {
  return !/\p{Cc}|\p{Zl}|\p{Zp}/u.test(value) && value.trim() === value
}

/** One character for each UTF-8 byte: what node:http and undici write as it is. */
function toBytes(value: string): string {
  return Buffer.from(value, 'utf8').toString('latin1')
}
