// HTTP Strict Transport Security (RFC 6797).

export const hstsName = 'strict-transport-security'

/** @param seconds  how long browsers come by https only; 0 takes it back */
export function hstsValue(seconds: number): string {
  return `max-age=${seconds}`
}

/** The header as an object; empty where nothing is to be said. */
export function hstsHeaders(seconds: number | undefined): Readonly<Record<string, string>> {
  return seconds === undefined ? {} : { [hstsName]: hstsValue(seconds) }
}
