// How long to leave Cognito alone, when it says so (RFC 9110 section 10.2.3).

const usualSeconds = 5
const maxSeconds = 60

/** Seconds of `Retry-After`, as a number or a date, within 1 to 60; 5 when there is none to be read. */
export function retryAfterSeconds(headers: Headers | undefined): number {
  const value = headers?.get('retry-after') ?? ''
  const seconds = /^\d+$/.test(value) ? Number(value) : secondsUntil(value, headers?.get('date'))
  if (Number.isNaN(seconds)) return usualSeconds
  return Math.min(Math.max(Math.ceil(seconds), 1), maxSeconds)
}

/** By the clock of the answer, which is the one that wrote the date. */
function secondsUntil(date: string, now: string | null | undefined): number {
  return (Date.parse(date) - Date.parse(now ?? '')) / 1000
}
