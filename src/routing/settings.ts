// What a line of the routes list may say. The schemas of `access`, `upstream` and `timeout` are handed in,
// so that rooms stay strangers.
import { z } from 'zod'

/** A path that is its own canonical form. */
const canonicalPath = /^(?:\/|(?:\/[^/%;?#\\\s]+)+)$/

/** The schema of one route. */
export function createRouteSettings<
  Access extends z.ZodType,
  Upstream extends z.ZodType,
  Timeout extends z.ZodType,
>(parts: { access: Access; upstream: Upstream; timeout: Timeout }) {
  return z
    .strictObject({
      path: z
        .string()
        .regex(
          canonicalPath,
          'expected a decoded path such as /reports, without a slash at its end',
        )
        .refine(path => !/\/\.{1,2}(?:\/|$)/.test(path), 'dot segments never match'),
      exact: z.boolean().default(false),
      host: z
        .string()
        .regex(/^(?:[\w-]+(?:\.[\w-]+)*|\[[0-9a-f:.]+\])$/i, 'expected a host name without port')
        .transform(host => host.toLowerCase())
        .optional(),
      methods: z
        .array(z.string().regex(/^[A-Z-]+$/, 'expected a method in upper case, such as GET'))
        .min(1)
        .optional(),
      access: parts.access,
      upstream: parts.upstream.optional(),
      timeout: parts.timeout,
    })
    .refine(isServed, {
      path: ['upstream'],
      message: 'every route needs an upstream, unless its access is deny',
    })
}

function isServed(route: { access?: unknown; upstream?: unknown }): boolean {
  return route.access === 'deny' || route.upstream !== undefined
}
