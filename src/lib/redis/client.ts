// How ioredis is set up for one server, Sentinel and Cluster. It connects and reconnects for ever; what it
// would keep for later it drops instead, because later nobody waits for it any more (see runner.ts).
import { Cluster, Redis } from 'ioredis'

/** Where and how to connect. */
export interface RedisPlace {
  readonly kind: 'single' | 'sentinel' | 'cluster'
  readonly nodes: readonly { readonly host: string; readonly port: number }[]
  readonly tls: { readonly ca?: string; readonly cert?: string; readonly key?: string } | null
  readonly username: string | undefined
  readonly password: string | undefined
  readonly db: number
  /** Name of the monitored primary, with Sentinel. */
  readonly primary: string | undefined
  readonly timeoutMs: number
}

export type RedisClient = Redis | Cluster

const maxReconnectDelayMs = 500
/** A handshake takes more turns than a command: TLS, HELLO, INFO. */
const minConnectTimeoutMs = 1000
const loadingRetryMs = 100

/** A client that connects in the background. */
export function openRedis(place: RedisPlace): RedisClient {
  const { kind, nodes, primary, timeoutMs } = place
  const tls = verified(place)
  const common = commonOptions(place)
  if (kind === 'cluster') {
    return new Cluster([...nodes], {
      redisOptions: { ...common, autoResendUnfulfilledCommands: true },
      enableOfflineQueue: false,
      clusterRetryStrategy: backOff,
      // The name in a certificate is the name that was given, not the address behind it.
      ...(tls === null ? {} : { dnsLookup: (name, callback) => callback(null, name) }),
    })
  }
  const single = { ...common, enableOfflineQueue: false, retryStrategy: backOff }
  if (kind === 'single') return new Redis({ ...single, ...nodes[0] })
  return new Redis({
    ...single,
    sentinels: [...nodes],
    name: primary ?? '',
    sentinelRetryStrategy: backOff,
    sentinelCommandTimeout: timeoutMs,
    // Without the first, ioredis speaks plain text to the primary whatever `tls` says.
    ...(tls === null ? {} : { enableTLSForSentinelMode: true, sentinelTLS: tls }),
  })
}

/** Said out loud: NODE_TLS_REJECT_UNAUTHORIZED=0, set for another program, would switch the check off. */
function verified({ tls }: RedisPlace) {
  return tls === null ? null : { ...tls, rejectUnauthorized: true }
}

function commonOptions(place: RedisPlace) {
  const { username, password, db, timeoutMs } = place
  const tls = verified(place)
  const silenceMs = Math.max(timeoutMs, minConnectTimeoutMs)
  return {
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(tls === null ? {} : { tls }),
    db,
    connectTimeout: silenceMs,
    // A server that is frozen, or gone without a word, keeps its sockets: this gives them up.
    socketTimeout: silenceMs,
    maxRetriesPerRequest: null,
    autoResendUnfulfilledCommands: false,
    maxLoadingRetryTime: loadingRetryMs,
    // A primary that became a replica: connect again, to the new one where there is Sentinel.
    reconnectOnError: (error: Error) => error.message.startsWith('READONLY'),
  }
}

function backOff(attempt: number): number {
  return Math.min(50 * attempt, maxReconnectDelayMs)
}
