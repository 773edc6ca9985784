// What a line of the routes list may say. The schemas of other rooms are handed in, so that rooms stay strangers. A line that could never match stops the start: a rule without effect that
// was meant to refuse leaves its pages to the next rule.
import { METHODS } from 'node:http'
import * as z from 'zod'
import { parseRequestTarget } from '../lib/request-target.js'
import { corsSetting } from './cors-settings.js'

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

const modeSetting = z.enum(['enforce', 'report']).optional().meta({
  description:
    '`report`: decide and log who would be refused, and forward all the same; `deny` refuses in any case. By default what `mode` at the top says.',
  example: 'report',
})

const explainSetting = z
  .strictObject({
    text: z.string().min(1).max(500),
    link: z
      .string()
      .regex(
        /^(?:https?:\/\/[^\s"<>]+|\/[^\s"<>]*)$/,
        'expected https://…, or a path such as /help',
      )
      .optional(),
  })
  .optional()
  .meta({
    description: 'What the 403 of this route says beside the usual: whom to ask, and where.',
    example: { text: 'Ask the finance team for access.', link: 'https://wiki.example.com/access' },
  })

const keepFragmentSetting = z.boolean().default(false).meta({
  description:
    'True: `#…` of a link survives the sign-in, by a small page before and after it; the part behind `#` stays in the browser. For applications whose links are made of it.',
  example: true,
})

const groupsSetting = z
  .strictObject({
    only: z
      .array(z.string().regex(/^[^*]+\*?$/, 'expected a group, or a beginning and `*`'))
      .min(1),
  })
  .optional()
  .meta({
    description: 'Which groups the application is shown: names, or beginnings that end in `*`.',
    example: { only: ['staff', 'team-*'] },
  })

const maxIdentityBytesSetting = z.number().int().min(200).max(32_768).optional().meta({
  description:
    'The most bytes of identity headers that the application takes; beyond it people are told so, and not by the application.',
  example: 4096,
})

const ignoreCaseSetting = z.boolean().default(false).meta({
  description: 'True: matches whatever the case of the letters, for applications that do so too.',
  example: true,
})

const encodedSlashSetting = z.boolean().default(false).meta({
  description:
    'True: lets `%2F` stand in a path, for applications that need it (`/projects/group%2Fname`). Refused still where data and separator lead to different routes.',
  example: true,
})

const emptySegmentsSetting = z.boolean().default(false).meta({
  description:
    'True: lets `//` stand in a path, but not at its beginning. Refused still where one slash and two lead to different routes.',
  example: true,
})

const stripPrefixSetting = z
  .union([z.literal(true), pathSetting], {
    error: 'expected true, or a path such as /app that the path of the route begins with',
  })
  .optional()
  .meta({
    description:
      'The application does not see this beginning of the path; `true` is that of the route. `Location`, `Content-Location`, `Refresh` and cookie paths are led back; `X-Forwarded-Prefix` says what was cut.',
    example: true,
  })

const rewriteSetting = pathSetting.optional().meta({
  description:
    'Stands in the place of the path of the route, or of `stripPrefix`; answers are led back as there.',
  example: '/v2',
})

/**
 * The schema of one route.
 *
 * @param parts.access      who may pass
 * @param parts.forwarding  settings of the way to the application, by name, `upstream` among them
 */
export function createRouteSettings<
  Access extends z.ZodType,
  const Forwarding extends { readonly [name: string]: z.ZodType; upstream: z.ZodType },
>(parts: { access: Access; forwarding: Forwarding }) {
  return z
    .strictObject({
      path: pathSetting,
      exact: exactSetting,
      ignoreCase: ignoreCaseSetting,
      host: hostSetting,
      methods: methodsSetting,
      access: parts.access,
      mode: modeSetting,
      explain: explainSetting,
      tokenUse: tokenUseSetting,
      crossSite: crossSiteSetting,
      keepFragment: keepFragmentSetting,
      cors: corsSetting,
      groups: groupsSetting,
      maxIdentityBytes: maxIdentityBytesSetting,
      encodedSlash: encodedSlashSetting,
      emptySegments: emptySegmentsSetting,
      stripPrefix: stripPrefixSetting,
      rewrite: rewriteSetting,
      websocket: websocketSetting,
      ...parts.forwarding,
    })
    .refine(isServed, {
      path: ['upstream'],
      message: 'every route needs an upstream, unless its access is deny',
    })
    .refine(stripsItsOwn, {
      path: ['stripPrefix'],
      message: 'the path of the route does not begin with it, by whole segments',
    })
}

function stripsItsOwn({ path, stripPrefix }: { path?: unknown; stripPrefix?: unknown }): boolean {
  if (typeof stripPrefix !== 'string' || stripPrefix === '/') return true
  return `${path}/`.startsWith(`${stripPrefix}/`)
}

/** A path that requests can be decided on, as `lib/request-target` gives it. */
function isCanonical(path: string): boolean {
  if (/[%*]|^\s|\s$/.test(path) || (path !== '/' && path.endsWith('/'))) return false
  try {
    const read = parseRequestTarget(encodeURI(path))
    return read.doubt === null && read.path === path
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
