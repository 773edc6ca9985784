// What a line of the routes list may say. The schemas of `access`, `upstream` and `timeout` are handed in,
// so that rooms stay strangers. A line that could never match stops the start: a rule without effect that
// was meant to refuse leaves its pages to the next rule.
import { METHODS } from 'node:http'
import { z } from 'zod'
import { parseRequestTarget } from '../lib/request-target.js'

const forwardedMethods = new Set(METHODS.filter(method => !['CONNECT', 'TRACE'].includes(method)))

const pathSetting = z
  .string()
  .refine(
    isCanonical,
    'expected a decoded path such as /reports, without slash at its end, dot segments, pattern or query',
  )
  .meta({
    description:
      'Matches itself and everything below it, by whole segments and with its case. Decoded: `/보고서`, not `/%EB%B3%B4…`.',
    example: '/reports',
  })

const exactSetting = z.boolean().default(false).meta({
  description: 'True: matches the path alone, nothing below it, and not with a slash at its end.',
  example: true,
})

const hostSetting = z.string().transform(canonicalHost).optional().meta({
  description:
    'Only requests for this host; one of the hosts in `url`. Compared without case, port and trailing dot.',
  example: 'reports.example.com',
})

const websocketSetting = z.boolean().default(true).meta({
  description: 'False: refuses WebSockets and every other upgrade with 403.',
  example: false,
})

const methodsSetting = z
  .array(
    z
      .string()
      .refine(
        method => forwardedMethods.has(method),
        'expected a method that is forwarded, in upper case, such as GET',
      ),
  )
  .min(1)
  .optional()
  .meta({
    description: 'Only these methods. `HEAD` is a method of its own.',
    example: ['GET', 'HEAD'],
  })

const tokenUseSetting = z.enum(['access', 'id']).default('access').meta({
  description:
    'What a token in `Authorization: Bearer` has to be: an access token, or an ID token.',
  example: 'id',
})

const crossSiteSetting = z.enum(['refuse', 'allow']).default('refuse').meta({
  description:
    'What becomes of a POST, PUT, PATCH or DELETE with a session that no page of ours made: `refuse`, or `allow` for applications with a protection of their own.',
  example: 'allow',
})

/** The schema of one route. */
export function createRouteSettings<
  Access extends z.ZodType,
  Upstream extends z.ZodType,
  Timeout extends z.ZodType,
>(parts: { access: Access; upstream: Upstream; timeout: Timeout }) {
  return z
    .strictObject({
      path: pathSetting,
      exact: exactSetting,
      host: hostSetting,
      methods: methodsSetting,
      access: parts.access,
      tokenUse: tokenUseSetting,
      crossSite: crossSiteSetting,
      upstream: parts.upstream.optional(),
      timeout: parts.timeout,
      websocket: websocketSetting,
    })
    .refine(isServed, {
      path: ['upstream'],
      message: 'every route needs an upstream, unless its access is deny',
    })
}

/** A path that requests can be decided on, as `lib/request-target` gives it. */
function isCanonical(path: string): boolean {
  if (/[%*]|^\s|\s$/.test(path) || (path !== '/' && path.endsWith('/'))) return false
  try {
    return parseRequestTarget(encodeURI(path)).path === path
  } catch {
    return false
  }
}

/** A host as URLs have it, which is what requests are compared by. */
function canonicalHost(host: string, context: z.RefinementCtx): string {
  const shaped = /^(?:[\w-]+(?:\.[\w-]+)*|\[[\da-f:.]+\])$/i.test(host)
  const url = shaped && URL.canParse(`http://${host}`) ? new URL(`http://${host}`) : null
  if (url !== null && (url.hostname === host.toLowerCase() || host.startsWith('['))) {
    return url.hostname
  }
  const message = 'expected a host as browsers send it, without port and trailing dot'
  context.addIssue({ code: 'custom', message })
  return z.NEVER
}

function isServed(route: { access?: unknown; upstream?: unknown }): boolean {
  return route.access === 'deny' || route.upstream !== undefined
}
