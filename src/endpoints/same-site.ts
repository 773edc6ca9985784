// Whether another site brought a request about.
import type { FastifyRequest } from 'fastify'

/** A request that another site's page caused, or a POST that does not come from our own origin. */
export function isCrossSite({ headers, raw, browser }: FastifyRequest): boolean {
  const site = headers['sec-fetch-site']
  if (site !== undefined) return site === 'cross-site'
  return raw.method === 'POST' && headers.origin !== undefined && headers.origin !== browser.origin
}
