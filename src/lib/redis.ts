// The one place that knows ioredis: few commands, each with a deadline, a bounded number under way, and
// reconnection by itself.
import { Cluster } from 'ioredis'
import { openRedis, type RedisClient, type RedisPlace } from './redis/client.js'
import { explainRedisFailure } from './redis/failure.js'
import { gatherReads } from './redis/gathered-reads.js'
import { type CommandEnd, createRunner, type RunCommand, replyKind } from './redis/runner.js'
import { watchTrouble } from './redis/trouble.js'

/** What the gateway asks of Redis. Every method rejects within the deadline. */
export interface RedisConnection {
  /** The text under a key; empty when something else stands there, such as a list. */
  get(key: string): Promise<string | null>
  /**
   * The same for what is read all the time: those of one turn of the event loop are sent together at its end, one
   * for each key. Never answered by what was sent before it was asked.
   */
  read(key: string): Promise<string | null>
  set(key: string, value: string, ttlSeconds: number): Promise<void>
  /**
   * Sets a key that is there, unless what stands there is newer. Values begin with their version, a whole
   * number and a space; what does not is newer than any.
   *
   * Gives back what stands there afterwards: this value, a newer one, or null when there is none.
   */
  replace(key: string, value: string, ttlSeconds: number): Promise<string | null>
  /** Deletes a key, and gives back what was there, as `get` does. */
  take(key: string): Promise<string | null>
  /** Takes a lock for a while, also when the owner has it already; false when another holds it. */
  acquire(key: string, owner: string, leaseMs: number): Promise<boolean>
  /** Gives a lock longer; false when it is not the owner's any more. */
  renew(key: string, owner: string, leaseMs: number): Promise<boolean>
  /** Releases a lock that is still the owner's. */
  release(key: string, owner: string): Promise<void>
  /** Puts a member into a sorted set, without those whose score is past; the set goes with its last member. */
  addMember(
    key: string,
    member: string,
    at: {
      score: number
      now: number /** How many it keeps: 10,000 where nothing is said. */
      most?: number
    },
  ): Promise<void>
  removeMember(key: string, member: string): Promise<void>
  /** Members with a higher score than this, 10,000 at most. */
  members(key: string, above: number): Promise<string[]>
  /** How many have a higher score than this; null where the ACL user may not ask (`zcount`), which is no failure. */
  countMembers(key: string, above: number): Promise<number | null>
  /** All keys that begin like this, a few at a time; one can come twice. */
  keys(prefix: string): AsyncIterable<string>
  /** Adds to the end of a list that keeps the newest 100,000. */
  append(key: string, value: string): Promise<void>
  /** What was added after a position (null: from the beginning), 1,000 at most, and where to go on. */
  readAfter(
    key: string,
    position: string | null,
  ): Promise<{ values: string[]; position: string | null }>
  /** What the server says of itself: `INFO server` and `INFO memory`. */
  info(): Promise<string>
  /** Waits for what is under way: among it may be a lock that is given back. */
  close(): Promise<void>
}

const maxMembers = 10_000
const maxAppended = 100_000
const maxRead = 1000

const replaceScript = `
  local function version(value) return type(value)=='string' and tonumber(string.match(value,'^(%d+) ')) end
  local stored=redis.pcall('get',KEYS[1])
  if not stored then return stored end
  if not version(stored) then return '' end
  if version(stored)>version(ARGV[1]) then return stored end
  redis.call('set',KEYS[1],ARGV[1],'EX',ARGV[2])
  return 1`
/** GETDEL, which Redis has from 6.2 on, for values of any type. */
const takeScript = `
  local value=redis.pcall('get',KEYS[1])
  redis.call('del',KEYS[1])
  if type(value)=='table' then return '' end
  return value`
/** Safe to be sent twice, unlike SET NX, whose first answer may be lost with its connection. */
const acquireScript = `
  local owner=redis.call('get',KEYS[1])
  if owner and owner~=ARGV[1] then return 0 end
  redis.call('set',KEYS[1],ARGV[1],'PX',ARGV[2])
  return 1`
const renewScript =
  "if redis.call('get',KEYS[1])==ARGV[1] then return redis.call('pexpire',KEYS[1],ARGV[2]) else return 0 end"
const addMemberScript = `
  redis.call('zremrangebyscore',KEYS[1],'-inf',ARGV[3])
  redis.call('zadd',KEYS[1],ARGV[2],ARGV[1])
  redis.call('zremrangebyrank',KEYS[1],0,-1-tonumber(ARGV[4]))
  local last=redis.call('zrange',KEYS[1],-1,-1,'WITHSCORES')
  redis.call('expireat',KEYS[1],math.ceil(last[2]))`
const releaseScript =
  "if redis.call('get',KEYS[1])==ARGV[1] then return redis.call('del',KEYS[1]) else return 0 end"

/**
 * Connects in the background; commands wait for the connection until their deadline.
 *
 * @param onError  told of connection errors, which are retried for ever, and of what to look at
 */
export function connectRedis({
  onError,
  onCommandEnd,
  ...place
}: RedisPlace & {
  readonly onError: (error: Error, reason: string | undefined) => void
  readonly onCommandEnd?: CommandEnd | undefined
}): RedisConnection {
  const client = openRedis(place)
  const trouble = watchTrouble(client, error =>
    onError(error, explainRedisFailure(error, place.kind)),
  )
  const runner = createRunner(client, place.timeoutMs, trouble, onCommandEnd)
  const { run } = runner
  const reads = gatherReads(client, runner)

  return {
    get: key => run(() => client.get(key)).catch(emptyForOtherType),
    read: reads.read,
    async set(key, value, ttlSeconds) {
      await run(() => client.set(key, value, 'EX', wholeSeconds(ttlSeconds)))
    },
    async replace(key, value, ttlSeconds) {
      const ttl = wholeSeconds(ttlSeconds)
      const stored = await run(() => client.eval(replaceScript, 1, key, value, ttl))
      return stored === 1 ? value : (stored as string | null)
    },
    take: key => run(async () => (await client.eval(takeScript, 1, key)) as string | null),
    acquire: (key, owner, leaseMs) =>
      run(async () => (await client.eval(acquireScript, 1, key, owner, leaseMs)) === 1),
    renew: (key, owner, leaseMs) =>
      run(async () => (await client.eval(renewScript, 1, key, owner, leaseMs)) === 1),
    async release(key, owner) {
      await run(() => client.eval(releaseScript, 1, key, owner))
    },
    async addMember(key, member, { score, now, most = maxMembers }) {
      await run(() => client.eval(addMemberScript, 1, key, member, score, now, most))
    },
    async removeMember(key, member) {
      await run(() => client.zrem(key, member))
    },
    members: (key, above) =>
      run(() => client.zrangebyscore(key, `(${above}`, '+inf', 'LIMIT', 0, maxMembers)),
    countMembers: (key, above) =>
      run(() => client.zcount(key, `(${above}`, '+inf').catch(nullIfForbidden)),
    keys: prefix => keysOf(client, prefix, run),
    async append(key, value) {
      await run(() => client.xadd(key, 'MAXLEN', '~', maxAppended, '*', 'value', value))
    },
    async readAfter(key, position) {
      // From the position on, which comes once more: an open interval needs Redis 6.2.
      const entries = await run(() =>
        client.xrange(key, position ?? '-', '+', 'COUNT', maxRead + 1),
      )
      return {
        values: entries.filter(([id]) => id !== position).map(([, fields]) => fields[1] ?? ''),
        position: entries.at(-1)?.[0] ?? position,
      }
    },
    info: async () =>
      `${await run(() => client.info('server'))}\n${await run(() => client.info('memory'))}`,
    async close() {
      reads.send()
      await runner.settle()
      client.disconnect()
    },
  }
}

/** With Cluster every primary has keys of its own. */
async function* keysOf(
  client: RedisClient,
  prefix: string,
  run: RunCommand,
): AsyncGenerator<string> {
  const pattern = `${prefix.replaceAll(/[[\]\\*?^-]/g, '\\$&')}*`
  for (const node of client instanceof Cluster ? client.nodes('master') : [client]) {
    let cursor = '0'
    do {
      const [next, keys] = await run(() => node.scan(cursor, 'MATCH', pattern, 'COUNT', maxRead))
      yield* keys
      cursor = next
    } while (cursor !== '0')
  }
}

function emptyForOtherType(error: unknown): string {
  if (replyKind(error) === 'WRONGTYPE') return ''
  throw error
}

function nullIfForbidden(error: unknown): null {
  if (replyKind(error) === 'NOPERM') return null
  throw error
}

function wholeSeconds(seconds: number): number {
  return Math.max(1, Math.ceil(seconds))
}
