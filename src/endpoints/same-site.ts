// Whether another site brought a request to one of our own endpoints about.
import type { FastifyRequest } from 'fastify'
import { sourceOf } from '../lib/request-source.js'

/** A navigation that began on a page of another site. A sibling under the same domain is none. */
export function isCrossSite({ headers }: FastifyRequest): boolean {
  return headers['sec-fetch-site'] === 'cross-site'
}

/** A POST from a page of ours. What says nothing of where it comes from is no browser. */
export function isOwnPost({ headers }: FastifyRequest, ownOrigins: readonly string[]): boolean {
  return sourceOf(headers, ownOrigins) !== 'foreign'
}
