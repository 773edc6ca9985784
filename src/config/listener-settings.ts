// Settings of the process itself: where it listens, in how many processes, with which certificate, how it stops.
import * as z from 'zod'
import { complaintOfPair } from '../lib/certificate.js'
import { durationSetting, portSetting, readPem } from '../lib/setting-types.js'

/** `listen`: the traffic port. */
export const listenSettings = z.strictObject({
  host: z.string().min(1).default('0.0.0.0').meta({
    env: 'GATEWAY_HOST',
    description: 'Address to listen on.',
    example: '127.0.0.1',
  }),
  port: portSetting.default(3000).meta({
    env: 'GATEWAY_PORT',
    description: 'Port to listen on. `PORT` is honoured when this is absent.',
    example: 8000,
  }),
})

/** `admin`: the port for probes and metrics. */
export const adminSettings = z.strictObject({
  host: z.string().min(1).default('127.0.0.1').meta({
    env: 'GATEWAY_ADMIN_HOST',
    description: 'Address of the admin listener (`/healthz`, `/readyz`, `/metrics`).',
    example: '0.0.0.0',
  }),
  port: portSetting.default(3001).meta({
    env: 'GATEWAY_ADMIN_PORT',
    description: 'Port of the admin listener.',
    example: 9001,
  }),
})

/** `workers`: how many processes. */
export const workersSetting = z
  .union(
    [z.literal('auto'), z.coerce.number().int().min(1).max(64)],
    'must be a number from 1 to 64, or auto',
  )
  .default(1)
  .meta({
    env: 'GATEWAY_WORKERS',
    description:
      'Processes that share the port; `auto`: one for each core. Ended sessions, refreshes and metrics are right across them; bounds (`websocket.max`, connections to applications) count for each.',
    example: 'auto',
  })

/** `shutdown`: how long a stop may take. Durations in seconds. */
export const shutdownSettings = z.strictObject({
  delay: durationSetting(0, 600).prefault('5s').meta({
    env: 'GATEWAY_SHUTDOWN_DELAY',
    description:
      'From SIGTERM until no connection is accepted any more: `/readyz` says 503, answers close their connections, everything is served. Then WebSockets and event streams are told to connect again.',
    example: '15s',
  }),
  deadline: durationSetting(1, 86_400).prefault('5m').meta({
    env: 'GATEWAY_SHUTDOWN_DEADLINE',
    description:
      'How long requests and uploads under way may take after that; then they are cut. Refreshes at Cognito are waited for in any case, 15 s at most.',
    example: '1h',
  }),
})

/** The path of a PEM file in; the path and what stands in it out. */
const watchedPem = z
  .string()
  .min(1)
  .transform((file, context) => {
    try {
      return { file, pem: readPem(file) }
    } catch (error) {
      context.addIssue({ code: 'custom', message: (error as Error).message })
      return z.NEVER
    }
  })

/** `tls`: a certificate of the gateway's own. */
export const tlsSettings = z
  .strictObject({
    cert: watchedPem.optional().meta({
      env: 'GATEWAY_TLS_CERT',
      description:
        'File with the certificate for browsers, and those between it and its authority, PEM: the gateway then speaks TLS itself. Read again when it changes.',
      example: '/etc/cognito-gateway/tls.crt',
    }),
    key: watchedPem.optional().meta({
      env: 'GATEWAY_TLS_KEY',
      description: 'File with its key, PEM.',
      example: '/etc/cognito-gateway/tls.key',
    }),
    ca: watchedPem.optional().meta({
      description:
        'File with the certificates between that one and its authority, where `tls.cert` has the first alone, PEM.',
      example: '/etc/cognito-gateway/chain.pem',
    }),
    passphrase: z.string().min(1).optional().meta({
      env: 'GATEWAY_TLS_PASSPHRASE',
      description: 'What the key is encrypted with.',
      example: 'the passphrase',
      secret: true,
    }),
    hsts: durationSetting(0, 2 * 365 * 86_400)
      .optional()
      .meta({
        description:
          'Tells browsers for how long to come by https only (`Strict-Transport-Security`), in place of what applications say; `0s` takes that back. Also behind a proxy that ends TLS.',
        example: '365d',
      }),
  })
  .superRefine(({ cert, key, ca, passphrase }, context) => {
    const complaint = complaintOfPair({
      cert: cert?.pem,
      key: key?.pem,
      ca: ca?.pem,
      passphrase,
    })
    if (complaint === null) return
    context.addIssue({ code: 'custom', path: [complaint.part], message: complaint.text })
  })

export type TlsSettings = z.output<typeof tlsSettings>
