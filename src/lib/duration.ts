// Durations as people write them.

const unitSeconds = { d: 86_400, h: 3600, m: 60, s: 1 } as const

type Unit = keyof typeof unitSeconds

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
  return Number(amount) * unitSeconds[unit as Unit]
}

/**
 * Whole seconds in the largest unit that divides them: 900 is `15m`, 90 is `90s`. `parseDuration` reads it back.
 */
export function formatDuration(seconds: number): string {
  const units = Object.keys(unitSeconds) as Unit[]
  const unit = units.find(name => seconds >= unitSeconds[name] && seconds % unitSeconds[name] === 0)
  return unit === undefined ? `${seconds}s` : `${seconds / unitSeconds[unit]}${unit}`
}
