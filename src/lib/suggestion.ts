// For what was probably misspelt.
import { closest, distance } from 'fastest-levenshtein'

/** `, did you mean NAME?`, where a known name is near; else nothing. */
export function suggest(seen: string, known: readonly string[]): string {
  if (known.length === 0) return ''
  const nearest = closest(
    seen.toLowerCase(),
    known.map(name => name.toLowerCase()),
  )
  const name = known.find(candidate => candidate.toLowerCase() === nearest) ?? ''
  // Two letters that changed places are two edits.
  const allowed = seen.length < 4 ? 1 : Math.max(2, Math.floor(seen.length / 4))
  return distance(seen.toLowerCase(), nearest) <= allowed ? `, did you mean ${name}?` : ''
}
