// What a route may say of its application, and of the way there and back.
import { createSecureContext } from 'node:tls'
import * as z from 'zod'
import { durationSetting, pemFileSetting, sizeSetting } from '../lib/setting-types.js'
import { hopByHop } from './hop-by-hop.js'

/** Setting `upstream` of a route: an origin, nothing behind it; or `unix:` and the path of a socket. */
export const upstreamSetting = z.string().transform((text, context) => {
  if (/^unix:\/[^\0]{0,100}[^\0/]$/.test(text)) return text
  const url = URL.canParse(text) ? new URL(text) : null
  if (url === null || !/^https?:$/.test(url.protocol) || `${url.origin}/` !== url.href) {
    const message =
      'expected an origin such as http://localhost:8080, without path, query or user, or unix: and the path of a socket'
    context.addIssue({ code: 'custom', message })
    return z.NEVER
  }
  return url.origin
})

/** Setting `timeout` of a route; a duration alone is that of the first byte. Durations leave as seconds. */
export const timeoutSetting = z
  .preprocess(
    given => (typeof given === 'object' && given !== null ? given : { firstByte: given }),
    z.strictObject({
      connect: durationSetting(1, 300).prefault('5s'),
      firstByte: durationSetting(1, 86_400).prefault('60s'),
      idle: durationSetting(1, 7 * 86_400).optional(),
    }),
  )
  .prefault('60s')
  .meta({
    description:
      'Limit for the first byte of the answer; or `{ connect, firstByte, idle }`: for the connection (`5s`), for the first byte (`60s`), and for pauses within an answer or an upload (none).',
    example: { connect: '2s', firstByte: '30s', idle: '5m' },
  })

const hostHeaderSetting = z.enum(['keep', 'upstream']).default('keep').meta({
  description:
    '`keep`: the application sees the public host; `upstream`: its own, and links to that in `Location` are led back. `X-Forwarded-Host` is the public one either way.',
  example: 'upstream',
})

const maxBodySetting = sizeSetting.optional().meta({
  description:
    'The most bytes that a request body may have; beyond it 413. Without it there is no limit.',
  example: '10MB',
})

const tlsSetting = z
  .strictObject({
    ca: pemFileSetting.optional(),
    cert: pemFileSetting.optional(),
    key: pemFileSetting.optional(),
    serverName: z
      .string()
      .regex(/^[\w-]+(?:\.[\w-]+)*$/, 'expected a host name')
      .optional(),
  })
  .superRefine((tls, context) => {
    const message = complaintOfTls(tls)
    if (message !== null) context.addIssue({ code: 'custom', message, input: null })
  })
  .optional()
  .meta({
    description:
      "For an `https` upstream, files in PEM: `ca` in place of the system's authorities, `cert` and `key` of a client certificate; `serverName` that its certificate has to be for.",
    example: { ca: '/etc/ssl/app-ca.pem', serverName: 'app.internal' },
    secret: true,
  })

/** A certificate needs its key, and files that OpenSSL cannot use would fail with the first request. */
function complaintOfTls({ ca, cert, key }: z.input<typeof tlsSetting> & object): string | null {
  if ((cert === undefined) !== (key === undefined)) return 'cert and key belong together'
  try {
    createSecureContext({ ca, cert, key })
    return null
  } catch (error) {
    return `cannot be used (${(error as { code?: string }).code ?? 'not PEM of a certificate and its key'})`
  }
}

/** Written by the gateway or by the framing, in the one direction or the other. */
const reserved = {
  request: new Set(['content-length', 'cookie', 'expect', 'host']),
  response: new Set(['content-length', 'set-cookie']),
} as const

/** Text goes out as its UTF-8 bytes. */
const headerValue = /^[^\s\p{Cc}](?:[^\p{Cc}]*[^\s\p{Cc}])?$/u

function createHeaders(isOwned: (name: string) => boolean, direction: keyof typeof reserved) {
  return z
    .record(z.string(), z.custom<string | null>())
    .superRefine((headers, context) => {
      for (const [name, value] of Object.entries(headers)) {
        const message =
          complaintOfName(name, isOwned, reserved[direction]) ?? complaintOfValue(value)
        if (message === null) continue
        // The value may be a password of the application's.
        context.addIssue({ code: 'custom', path: [name], message, params: { secret: true } })
      }
    })
    .default({})
}

function complaintOfValue(value: unknown): string | null {
  if (value === null || (typeof value === 'string' && headerValue.test(value))) return null
  return 'expected text without control characters and not edged with spaces, or null'
}

function complaintOfName(
  name: string,
  isOwned: (name: string) => boolean,
  reserved: ReadonlySet<string>,
): string | null {
  const lower = name.toLowerCase()
  if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name)) return 'expected the name of a header'
  if (hopByHop.has(lower)) return 'belongs to one connection and cannot be set'
  if (reserved.has(lower) || isOwned(name)) return 'is written by the gateway and cannot be set'
  return null
}

/**
 * What the routing room is handed for each route: where its requests go, and what is changed on the way.
 *
 * @param isOwned  whether a header name is one that says who a person is or where a request came from
 */
export function createForwardingSettings({ isOwned }: { isOwned: (name: string) => boolean }) {
  return {
    upstream: upstreamSetting.optional().meta({
      description:
        'Origin of the application, `http` or `https` (verified, always), or a unix socket: `unix:/run/app.sock`. Needed unless access is `deny`.',
      example: 'http://localhost:8080',
    }),
    timeout: timeoutSetting,
    hostHeader: hostHeaderSetting,
    headers: z
      .strictObject({
        request: createHeaders(isOwned, 'request').meta({
          description:
            'What the application gets under these names, in place of what the client sent; `null` takes it away. Not for names that the gateway writes.',
          example: { 'X-Api-Key': 'key of the application' },
          secret: true,
        }),
        response: createHeaders(isOwned, 'response').meta({
          description:
            'What the client gets under these names, in place of what the application sent; `null` takes it away.',
          example: { 'X-Frame-Options': 'DENY', Server: null },
        }),
      })
      .prefault({}),
    maxBody: maxBodySetting,
    tls: tlsSetting,
  }
}

/** What of a route does not fit together; null for nothing. */
export function complaintOfForwarding(route: {
  upstream?: string | undefined
  tls?: unknown
}): { path: string[]; message: string } | null {
  if (route.tls === undefined || route.upstream?.startsWith('https:')) return null
  return { path: ['tls'], message: 'needs an upstream that begins with https' }
}

/** Settings under `websocket`: bounds of upgraded connections. Durations leave as seconds. */
export const websocketSettings = z.strictObject({
  idle: durationSetting(1, 7 * 86_400)
    .prefault('1h')
    .meta({
      description:
        'An upgraded connection is closed after this long without a byte in either direction.',
      example: '5m',
    }),
  max: z.number().int().min(1).max(1_000_000).default(10_000).meta({
    description: 'Upgraded connections open to one upstream at once, in each process.',
    example: 500,
  }),
  closeCodes: z.boolean().default(true).meta({
    description:
      'Close WebSockets with 4401 when the session is over and 4403 when the rule refuses; false: 1008 for both.',
    example: false,
  }),
})

/** Settings under `limits` that bound what is asked of applications. Durations leave as seconds. */
export const upstreamLimits = {
  requests: z.number().int().min(1).max(1_000_000).default(10_000).meta({
    description:
      'Requests under way in one process, to all applications together; beyond it 503 at once, with `Retry-After`.',
    example: 5000,
  }),
  upstream: z
    .strictObject({
      requests: z.number().int().min(1).max(1_000_000).default(2048).meta({
        description:
          'Requests under way to one application, those that wait for a connection among them; beyond it 503 at once.',
        example: 500,
      }),
      connections: z.number().int().min(1).max(65_535).default(1024).meta({
        description: 'Connections to one application at once; further requests wait for one.',
        example: 100,
      }),
      wait: durationSetting(1, 300).prefault('5s').meta({
        description: 'How long a request waits for a connection; then 503.',
        example: '2s',
      }),
    })
    .prefault({}),
  breaker: z
    .strictObject({
      failures: z.number().int().min(0).max(10_000).default(10).meta({
        description:
          'After so many connections to one application that failed one after the other, its requests get 503 at once; 0: never. Answers of the application never count, whatever their status.',
        example: 5,
      }),
      pause: durationSetting(1, 300).prefault('1s').meta({
        description: 'How often one request then tries whether the application is back.',
        example: '5s',
      }),
    })
    .prefault({}),
}
