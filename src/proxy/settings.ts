// What a route may say of its application.
import { z } from 'zod'
import { durationSetting } from '../lib/setting-types.js'

/** Setting `upstream` of a route: an origin, nothing behind it. */
export const upstreamSetting = z.string().transform((text, context) => {
  const url = URL.canParse(text) ? new URL(text) : null
  if (url === null || !/^https?:$/.test(url.protocol) || `${url.origin}/` !== url.href) {
    const message = 'expected an origin such as http://localhost:8080, without path, query or user'
    context.addIssue({ code: 'custom', message })
    return z.NEVER
  }
  return url.origin
})

/** Setting `timeout` of a route: how long the first byte of an answer may take. */
export const timeoutSetting = durationSetting(1, 86_400).default(60)

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
