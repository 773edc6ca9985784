// The machine's own clock.

/** What time it is, NumericDate seconds. */
export function systemClock(): number {
  return Math.floor(Date.now() / 1000)
}
