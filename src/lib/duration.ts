// Durations as people write them.

const unitSeconds = { s: 1, m: 60, h: 3600, d: 86_400 } as const

/**
 * Seconds of a duration such as `30s`, `15m`, `12h` or `7d`; a number is taken as seconds.
 *
 * @throws RangeError that says what is expected
 */
export function parseDuration(value: string | number): number {
  if (typeof value === 'number' && Number.isFinite(value) && value >= 0) return value
  const [, amount, unit] = /^(\d{1,9})([smhd])$/.exec(String(value)) ?? []
  if (amount === undefined) {
    throw new RangeError('expected a number with a unit, such as 30s, 15m, 12h or 7d')
  }
  return Number(amount) * unitSeconds[unit as keyof typeof unitSeconds]
}
