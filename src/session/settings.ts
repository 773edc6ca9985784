// How long people stay signed in.
import * as z from 'zod'
import {
  durationSetting,
  instantSetting,
  listSetting,
  pemFileSetting,
} from '../lib/setting-types.js'
import { type TokenKind, tokenKinds } from './keep.js'
import { parseRedisUrl } from './stores/redis-url.js'

const redisUrl = z.string().transform((text, context) => {
  try {
    return parseRedisUrl(text)
  } catch (error) {
    context.addIssue({ code: 'custom', message: (error as Error).message })
    return z.NEVER
  }
})

const redisSettings = z.strictObject({
  url: redisUrl.optional().meta({
    env: 'GATEWAY_REDIS_URL',
    description:
      'Redis or Valkey, for sessions with `session.store: redis`; with sessions in cookies for the list of those that have ended: `redis://`, `rediss://` for TLS, `redis+sentinel://host,host/primary`, `redis+cluster://host,host`.',
    example: 'rediss://user:password@redis.internal:6379/0',
    secret: true,
  }),
  prefix: z
    .string()
    .max(100)
    .default('cognito-gateway:')
    .meta({ description: 'Begins every key.', example: 'intranet:' }),
  timeout: z.number().int().min(50).max(10_000).default(500).meta({
    description: 'Milliseconds that Redis may take for one command.',
    example: 250,
  }),
  ca: pemFileSetting.optional().meta({
    description: 'File with the certificate authority of a `rediss://` server, PEM.',
    example: '/etc/ssl/redis-ca.pem',
  }),
  cert: pemFileSetting.optional().meta({
    description: 'File with the client certificate for `rediss://`, PEM.',
    example: '/etc/ssl/redis-client.pem',
  }),
  key: pemFileSetting.optional().meta({
    description: 'File with the key of the client certificate, PEM.',
    example: '/etc/ssl/redis-client.key',
  }),
})

const eventsSettings = z.strictObject({
  key: listSetting
    .pipe(
      z
        .array(
          z
            .string()
            .regex(/^[\w.~+/=-]{32,512}$/, 'expected 32 to 512 letters, digits and -._~+/='),
        )
        .max(2, 'expected one key, or two while one replaces the other'),
    )
    .optional()
    .meta({
      env: 'GATEWAY_EVENTS_KEY',
      description:
        'Shared key of `POST /oauth2/events`, which takes what CloudTrail says of users through EventBridge: who was disabled, deleted or signed out everywhere is signed out here within seconds. Two are allowed while one replaces the other. Without one there is no such address.',
      example: 'the output of cognito-gateway keygen',
      secret: true,
    }),
})

/** Settings under `session`. Durations arrive as text (`30s`, `15m`, `12h`, `7d`) and leave as seconds. */
export const sessionSettings = z
  .strictObject({
    store: z.enum(['cookie', 'redis']).default('cookie').meta({
      env: 'GATEWAY_SESSION_STORE',
      description:
        'Where sessions are kept: sealed in the cookie, or in Redis or Valkey with a sealed ticket in the cookie.',
      example: 'redis',
    }),
    redis: redisSettings.prefault({}),
    idle: durationSetting(60).prefault('8h').meta({
      env: 'GATEWAY_SESSION_IDLE',
      description: 'A session ends after this long without a request.',
      example: '30m',
    }),
    max: durationSetting(300).prefault('12h').meta({
      env: 'GATEWAY_SESSION_MAX',
      description: 'A session ends this long after the sign-in, however much it is used.',
      example: '7d',
    }),
    keep: z
      .array(z.enum(tokenKinds))
      .optional()
      .meta({
        description:
          'Which tokens a session carries: `id`, `access` and `refresh`. By default `refresh`, and of the others those that something asks for: `identity.style` `bearer` and `alb`, `identity.accessToken`, `aws.identityPoolId`. Claims are kept in any case. Without `refresh` a session ends with the access token.',
        example: ['id', 'access', 'refresh'],
      }),
    maxCookieBytes: z.number().int().min(3000).max(20_000).default(12_288).meta({
      description:
        'The most bytes that all cookies of a session may have together; a sign-in beyond it is refused with what to do. Browsers, proxies and load balancers have limits of their own, often 8 or 16 KB.',
      example: 16_384,
    }),
    endsWithBrowser: z.boolean().default(false).meta({
      description: 'Give the cookie no life of its own: it goes when the browser is closed.',
      example: true,
    }),
    notBefore: instantSetting.optional().meta({
      env: 'GATEWAY_SESSION_NOT_BEFORE',
      description:
        'Sessions that were begun before this instant are over: signs everybody out without a new secret.',
      example: '2026-11-20T18:00:00Z',
    }),
    recheck: durationSetting(300).optional().meta({
      env: 'GATEWAY_SESSION_RECHECK',
      description:
        'Refresh a session that is used when its tokens are this old, so that a user who was disabled, deleted or signed out everywhere is out within this time. Off by default: tokens are refreshed shortly before they expire.',
      example: '10m',
    }),
    events: eventsSettings.prefault({}),
    refreshBefore: durationSetting(0).prefault('5m').meta({
      env: 'GATEWAY_REFRESH_BEFORE',
      description: 'Tokens are refreshed when the access token has less than this left.',
      example: '2m',
    }),
  })
  .refine(({ store, redis }) => store !== 'redis' || redis.url !== undefined, {
    path: ['redis', 'url'],
    message: 'is needed when session.store is redis',
  })
  .refine(({ redis }) => (redis.cert === undefined) === (redis.key === undefined), {
    path: ['redis', 'cert'],
    message: 'and session.redis.key belong together: one of them is missing',
  })
  .refine(({ redis: { url, ca, cert } }) => url?.tls !== false || (ca ?? cert) === undefined, {
    path: ['redis', 'url'],
    message:
      'has to begin with rediss when session.redis.ca or cert is given: redis:// is without TLS',
  })

export { type TokenKind, tokenKinds }
export type SessionSettings = z.output<typeof sessionSettings>
