// Which page made a browser send a request, by what the browser says of it.
import type { IncomingHttpHeaders } from 'node:http'

/** `own`: a page of ours, or the person; `foreign`: another site's page; `unsaid`: no browser of today. */
export type RequestSource = 'own' | 'foreign' | 'unsaid'

/**
 * By Fetch Metadata (W3C Fetch Metadata section 2), else by `Origin` (RFC 6454 section 7).
 *
 * @param ownOrigins  all origins of the gateway: applications on sibling hosts may post to each other
 */
export function sourceOf(
  headers: Pick<IncomingHttpHeaders, 'origin' | 'sec-fetch-site'>,
  ownOrigins: readonly string[],
): RequestSource {
  const { origin, 'sec-fetch-site': site } = headers
  if (site === 'same-origin' || site === 'none') return 'own'
  if (site === 'cross-site') return 'foreign'
  if (origin === undefined) return site === undefined ? 'unsaid' : 'foreign'
  return ownOrigins.includes(origin) ? 'own' : 'foreign'
}

/** The method that a browser asks about before it sends a request of another origin; null for what is no preflight. */
export function methodOfPreflight(
  method: string | undefined,
  headers: IncomingHttpHeaders,
): string | null {
  if (method !== 'OPTIONS' || headers.origin === undefined) return null
  return String(headers['access-control-request-method'] ?? '') || null
}
