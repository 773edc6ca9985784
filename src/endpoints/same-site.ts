// Whether another site brought a request about.
import type { FastifyRequest } from 'fastify'

/** A navigation that began on a page of another site. A sibling under the same domain is none. */
export function isCrossSite({ headers }: FastifyRequest): boolean {
  return headers['sec-fetch-site'] === 'cross-site'
}

/**
 * Whether a POST comes from a page of ours, by Fetch Metadata, else by Origin. What sends neither is no browser.
 *
 * @param ownOrigins  all origins of the gateway: applications on sibling hosts may post to each other
 */
export function isOwnPost(
  { headers, browser }: FastifyRequest,
  ownOrigins: readonly string[],
): boolean {
  const { origin } = headers
  const site = headers['sec-fetch-site']
  if (site === 'same-origin' || site === 'none') return true
  if (site === 'cross-site') return false
  if (origin === undefined) return site === undefined
  return origin === browser.origin || ownOrigins.includes(origin)
}
