// The one place that knows ioredis: few commands, each with a deadline, a bounded number under way, and
// reconnection by itself.
import { Cluster, Redis } from 'ioredis'

/** Where and how to connect. */
export interface RedisPlace {
  readonly kind: 'single' | 'sentinel' | 'cluster'
  readonly nodes: readonly { readonly host: string; readonly port: number }[]
  readonly tls: { readonly ca?: string; readonly cert?: string; readonly key?: string } | null
  readonly username: string | undefined
  readonly password: string | undefined
  readonly db: number
  readonly primary: string | undefined
  readonly timeoutMs: number
  /** Told of connection errors, which are retried for ever. */
  readonly onError: (error: Error) => void
}

/** What the gateway asks of Redis. Every method rejects within the deadline. */
export interface RedisConnection {
  get(key: string): Promise<string | null>
  set(key: string, value: string, ttlSeconds: number): Promise<void>
  /** Sets a key that is there; false when it is not, and nothing is set. */
  replace(key: string, value: string, ttlSeconds: number): Promise<boolean>
  /** Deletes a key, and gives back what was there. */
  take(key: string): Promise<string | null>
  /** Takes a lock for a while; false when another holds it. */
  acquire(key: string, owner: string, leaseMs: number): Promise<boolean>
  /** Gives a lock longer; false when it is not the owner's any more. */
  renew(key: string, owner: string, leaseMs: number): Promise<boolean>
  /** Releases a lock that is still the owner's. */
  release(key: string, owner: string): Promise<void>
  ping(): Promise<void>
  close(): Promise<void>
}

const maxPending = 10_000
const maxReconnectDelayMs = 1000
const renewScript =
  "if redis.call('get',KEYS[1])==ARGV[1] then return redis.call('pexpire',KEYS[1],ARGV[2]) else return 0 end"
/** GETDEL, which Redis has from 6.2 on. */
const takeScript = "local value=redis.call('get',KEYS[1]) redis.call('del',KEYS[1]) return value"
const releaseScript =
  "if redis.call('get',KEYS[1])==ARGV[1] then return redis.call('del',KEYS[1]) else return 0 end"

/** Connects in the background; commands wait for the connection until their deadline. */
export function connectRedis(place: RedisPlace): RedisConnection {
  const client = open(place)
  client.on('error', place.onError)
  let pending = 0

  async function run<T>(command: () => Promise<T>): Promise<T> {
    if (pending >= maxPending) throw new Error(`${maxPending} Redis commands are under way already`)
    pending++
    try {
      return await withDeadline(command(), place.timeoutMs)
    } finally {
      pending--
    }
  }

  return {
    get: key => run(() => client.get(key)),
    async set(key, value, ttlSeconds) {
      await run(() => client.set(key, value, 'EX', wholeSeconds(ttlSeconds)))
    },
    replace: (key, value, ttlSeconds) =>
      run(
        async () => (await client.set(key, value, 'EX', wholeSeconds(ttlSeconds), 'XX')) === 'OK',
      ),
    take: key => run(async () => (await client.eval(takeScript, 1, key)) as string | null),
    acquire: (key, owner, leaseMs) =>
      run(async () => (await client.set(key, owner, 'PX', leaseMs, 'NX')) === 'OK'),
    renew: (key, owner, leaseMs) =>
      run(async () => (await client.eval(renewScript, 1, key, owner, leaseMs)) === 1),
    async release(key, owner) {
      await run(() => client.eval(releaseScript, 1, key, owner))
    },
    async ping() {
      await run(() => client.get('ping'))
    },
    async close() {
      client.disconnect()
    },
  }
}

function open(place: RedisPlace): Redis | Cluster {
  const { kind, nodes, username, password, db, primary, timeoutMs } = place
  const common = {
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(place.tls === null ? {} : { tls: place.tls }),
    db,
    connectTimeout: timeoutMs,
    enableAutoPipelining: true,
    maxRetriesPerRequest: null,
    retryStrategy: backOff,
    // A primary that became a replica: connect again, and send the command once more.
    reconnectOnError: (error: Error) => (error.message.startsWith('READONLY') ? 2 : false),
  }
  if (kind === 'cluster') {
    return new Cluster([...nodes], {
      redisOptions: { ...common, maxRetriesPerRequest: 3 },
      clusterRetryStrategy: backOff,
      enableAutoPipelining: true,
    })
  }
  if (kind === 'sentinel') {
    const sentinel = { sentinels: [...nodes], name: primary ?? '', sentinelRetryStrategy: backOff }
    return new Redis({ ...common, ...sentinel })
  }
  const [node] = nodes
  return new Redis({ ...common, host: node?.host ?? 'localhost', port: node?.port ?? 6379 })
}

function wholeSeconds(seconds: number): number {
  return Math.max(1, Math.ceil(seconds))
}

function backOff(attempt: number): number {
  return Math.min(50 * attempt, maxReconnectDelayMs)
}

/** ioredis' own `commandTimeout` does not cover every wait of Sentinel and Cluster; this does. */
async function withDeadline<T>(command: Promise<T>, timeoutMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(reject, timeoutMs, new Error(`no answer from Redis within ${timeoutMs} ms`))
  })
  command.catch(() => {})
  try {
    return await Promise.race([command, late])
  } finally {
    clearTimeout(timer)
  }
}
