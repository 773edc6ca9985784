import { EventEmitter, once } from 'node:events'
import t from 'tap'
import type { Browser, Session } from '../../src/model.js'
import { createSessionWatch } from '../../src/session/session-watch.js'
import { frozenClock } from '../fixtures/clock.js'
import { logLines } from '../fixtures/log-lines.js'
import { session, signedInAt } from '../fixtures/session.js'

const browser: Browser = { origin: 'http://localhost', secure: false, cookies: [] }
const limits = { idleSeconds: 600, maxSeconds: 3600, refreshBeforeSeconds: 60 }

/** A watch over `session()`, looked at every millisecond. */
function watching(peek: () => Promise<Session | null>) {
  const news = new EventEmitter()
  const clock = frozenClock(signedInAt)
  const { log, lines } = logLines()
  let tell = () => {}
  let listening = 0
  const on = (_session: Session, listener: () => void) => {
    tell = listener
    listening++
    return () => void listening--
  }
  const watch = createSessionWatch({
    endings: { on },
    peek,
    limits,
    clock: clock.read,
    log,
    everyMs: 1,
  })
  const stop = watch(browser, session(), found => news.emit('news', found))
  // The watch lets a process end; the test must not.
  const awake = setInterval(() => {}, 1000)
  const end = () => {
    stop()
    clearInterval(awake)
  }
  return { news, clock, lines, end, tell: () => tell(), listening: () => listening }
}

t.test('each look brings the session as it is now', async t => {
  let groups = ['staff']
  const watch = watching(async () => session({}, { 'cognito:groups': groups }))
  t.teardown(watch.end)
  t.strictSame((await once(watch.news, 'news'))[0].identity.groups, ['staff'])
  groups = []
  for (;;) {
    const [{ identity }] = await once(watch.news, 'news')
    if (identity.groups.length === 0) break
  }
})

t.test(
  'an end elsewhere, another session in its place, or an end here is the last news',
  async t => {
    for (const found of [null, session({ id: 'another' })]) {
      const watch = watching(async () => found)
      t.teardown(watch.end)
      t.strictSame(await once(watch.news, 'news'), [null])
      t.equal(watch.listening(), 0)
    }
    const watch = watching(() => new Promise(() => {}))
    t.teardown(watch.end)
    const heard = once(watch.news, 'news')
    watch.tell()
    t.strictSame(await heard, [null])
    t.equal(watch.listening(), 0)
  },
)

t.test('what cannot be found out ends nothing, until the last second', async t => {
  let looks = 0
  const enough = new EventEmitter()
  const watch = watching(() => {
    if (++looks === 3) enough.emit('enough')
    return Promise.reject(new Error('away'))
  })
  t.teardown(watch.end)
  await once(enough, 'enough')
  const heard = once(watch.news, 'news')
  watch.clock.set(signedInAt + limits.maxSeconds)
  t.strictSame(await heard, [null])
  t.match(watch.lines, ['warn: session of an open connection was not found out'])
})
