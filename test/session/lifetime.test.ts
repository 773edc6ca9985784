import t from 'tap'
import {
  accessTokenServes,
  refreshDue,
  remainingSeconds,
  touchDue,
} from '../../src/session/lifetime.js'
import { session, signedInAt } from '../fixtures/session.js'

const limits = { idleSeconds: 1800, maxSeconds: 43_200, refreshBeforeSeconds: 300 }

t.test('the smaller of the idle and the absolute limit wins', async t => {
  t.equal(remainingSeconds(session(), limits, signedInAt), 1800)
  t.equal(remainingSeconds(session(), limits, signedInAt + 1800), 0)
  const used = session({ seenAt: signedInAt + 43_000 })
  t.equal(remainingSeconds(used, limits, signedInAt + 43_100), 100)
})

t.test(
  'a refresh is due shortly before the end, and in the last quarter at the earliest',
  async t => {
    t.equal(refreshDue(session(), limits, signedInAt + 3300), false)
    t.equal(refreshDue(session(), limits, signedInAt + 3301), true)
    const short = session({ tokens: { ...session().tokens, expiresAt: signedInAt + 300 } })
    t.equal(refreshDue(short, limits, signedInAt), false, 'not at every request')
    t.equal(refreshDue(short, limits, signedInAt + 226), true)
  },
)

t.test('an access token serves until its last second', async t => {
  t.equal(accessTokenServes(session(), signedInAt + 3599), true)
  t.equal(accessTokenServes(session(), signedInAt + 3600), false)
})

t.test('use is written down once a minute, more often for short idle limits', async t => {
  t.equal(touchDue(session(), limits, signedInAt + 59), false)
  t.equal(touchDue(session(), limits, signedInAt + 60), true)
  t.equal(touchDue(session(), { ...limits, idleSeconds: 60 }, signedInAt + 15), true)
})
