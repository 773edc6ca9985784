// Spans of time in words, in the languages of the pages.
import type { Language } from '../texts/table.js'
import type { Texts } from '../texts/texts.js'
import type { Moment } from './page.js'

const units = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
] as const

/** An instant as seen from now: "in 7 hours, 42 minutes", "5분 전". NumericDate seconds. */
export function momentOf(
  instant: number,
  now: number,
  language: Language,
  { time }: Pick<Texts, 'time'>,
): Moment {
  const span = wordsFor(Math.abs(instant - now), language) ?? time.moment
  const frame = instant > now ? time.ahead : time.ago
  return { iso: new Date(instant * 1000).toISOString(), words: frame.replace('{time}', () => span) }
}

/** The two largest units, such as days and hours; null for less than a minute. */
function wordsFor(seconds: number, language: Language): string | null {
  const first = units.findIndex(([, length]) => seconds >= length)
  if (first === -1) return null
  let left = seconds
  const words = units.slice(first, first + 2).flatMap(([unit, length]) => {
    const count = Math.floor(left / length)
    left -= count * length
    if (count === 0) return []
    const style = { style: 'unit', unit, unitDisplay: 'long' } as const
    return new Intl.NumberFormat(language, style).format(count)
  })
  return new Intl.ListFormat(language, { type: 'unit' }).format(words)
}
