// Redis killed, frozen, and failed over, under 200 requests a second of signed-in visitors at two instances
// while their sessions are due for a refresh, with rotation and no grace period: whatever was lost would show.
import { monitorEventLoopDelay } from 'node:perf_hooks'
import t, { type Test } from 'tap'
import { redisSentinel } from '../fixtures/redis-sentinel.js'
import { redisServer } from '../fixtures/redis-server.js'
import { emailOf, signedInVisitors } from '../fixtures/signed-in-visitors.js'
import { type Outcome, steadyLoad } from '../fixtures/steady-load.js'

const perSecond = 200
const visitors = 40
const recoveryMs = 2000
const longestWaitMs = 1500

interface Outage {
  /** Takes Redis away. */
  begin(): Promise<void> | void
  /** Resolves when Redis is back. */
  end(): Promise<void>
}

async function survives(t: Test, redis: string, outage: Outage): Promise<void> {
  const { url, twin, cookies, makeDue, refreshes } = await signedInVisitors(t, visitors, redis, {
    redisTimeoutMs: 500,
  })
  const delays = monitorEventLoopDelay()
  delays.enable()
  const load = steadyLoad([`${url}/a`, `${await twin()}/b`], cookies, perSecond)
  await load.next(({ status }) => status === 200)
  makeDue()
  await load.next(({ status }) => status === 200)
  await outage.begin()
  await load.next(({ status }) => status === 503)
  await outage.end()
  const back = performance.now()
  await load.next(({ status }) => status === 200)
  await Promise.all(cookies.map((_, n) => load.next(({ visitor }) => visitor === n)))
  // Once more due: a session whose rotated token was lost would end here.
  makeDue()
  const last = performance.now() + recoveryMs
  await load.next(({ at }) => at > last)
  await load.stop()
  delays.disable()
  judge(t, load.outcomes, back, (4 * delays.max) / 1e6)
  t.comment(`${load.outcomes.length} requests, ${refreshes()} refreshes`)
}

/** @param busyMs  what a busy machine adds to a time: this process had to wait for its turn itself */
function judge(t: Test, outcomes: readonly Outcome[], back: number, busyMs: number): void {
  const away = outcomes.filter(({ status }) => status !== 200)
  t.ok(outcomes.length > perSecond, 'the load was there')
  t.ok(away.length > 0, 'Redis was away')
  t.strictSame([...new Set(away.map(({ status }) => status))], [503], 'nothing else than 503')
  t.ok(
    away.every(({ retryAfter }) => Number(retryAfter) > 0),
    'with Retry-After',
  )
  t.ok(
    away.every(({ setCookies }) => setCookies.length === 0),
    'cookies are kept',
  )
  const longest = Math.max(...away.map(({ tookMs }) => tookMs))
  t.ok(longest < longestWaitMs + busyMs, `and no long wait: ${Math.round(longest)} ms at most`)
  const late = away.filter(({ at }) => at > back + recoveryMs + busyMs)
  t.equal(late.length, 0, 'recovered within two seconds')
  const mixedUp = outcomes.filter(
    ({ status, body, visitor }) => status === 200 && !body.includes(`"${emailOf(visitor)}"`),
  )
  t.equal(mixedUp.length, 0, 'everybody is who they are')
  t.comment(
    `${Math.round(busyMs)} ms for the machine, last 503 ${Math.round(Math.max(...away.map(({ at }) => at)) - back)} ms after it was back`,
  )
}

t.test('redis-server killed, and restarted with what is on its disk', async t => {
  const server = await redisServer(t, { persistent: true })
  await survives(t, server.url, { begin: server.kill, end: server.start })
})

for (const [seconds, why] of [
  [5, 'shorter than a lock'],
  [20, 'longer than a lock'],
] as const) {
  t.test(`redis-server frozen for ${seconds} seconds, ${why}`, async t => {
    const server = await redisServer(t)
    await survives(t, server.url, {
      begin: server.pause,
      async end() {
        await new Promise(resolve => setTimeout(resolve, seconds * 1000))
        server.resume()
      },
    })
  })
}

t.test('primary killed: Sentinel makes the replica the primary', async t => {
  const { url, primary, failedOver } = await redisSentinel(t)
  await survives(t, url, { begin: primary.kill, end: failedOver })
})

t.test('primary frozen, and awake again as a replica', async t => {
  const { url, primary, failedOver } = await redisSentinel(t)
  await survives(t, url, {
    begin: primary.pause,
    async end() {
      await failedOver()
      primary.resume()
    },
  })
})
