import t from 'tap'
import {
  accessTokenServes,
  idleEndsAt,
  refreshDue,
  remainingSeconds,
  sessionEndsAt,
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

t.test('the last second counts, and so does the one after it', async t => {
  const rows: [number, number][] = [
    [signedInAt + 1799, 1],
    [signedInAt + 1800, 0],
    [signedInAt + 1801, -1],
  ]
  for (const [now, left] of rows) t.equal(remainingSeconds(session(), limits, now), left)
  const busy = session({ seenAt: signedInAt + 43_199 })
  t.equal(remainingSeconds(busy, limits, signedInAt + 43_199), 1)
  t.equal(remainingSeconds(busy, limits, signedInAt + 43_200), 0, 'however much it is used')
  t.equal(idleEndsAt(session(), limits), signedInAt + 1800)
  t.equal(sessionEndsAt(busy, limits), signedInAt + 43_200)
})

// With refreshBefore 0 an access token was let through in the very second in which it expired.
t.test('an access token that serves no more is always due for a refresh', async t => {
  const { tokens } = session()
  const rows: [string, typeof tokens, number][] = [
    ['refreshBefore 0', tokens, 0],
    ['a token that lives no time', { ...tokens, expiresAt: signedInAt }, 300],
    ['a token that ends before it begins', { ...tokens, expiresAt: signedInAt - 60 }, 300],
  ]
  for (const [why, given, refreshBeforeSeconds] of rows) {
    const one = session({ tokens: given })
    for (const late of [0, 1, 3600]) {
      const now = given.expiresAt + late
      t.equal(accessTokenServes(one, now), false)
      t.equal(refreshDue(one, { ...limits, refreshBeforeSeconds }, now), true, why)
    }
  }
  const noHurry = { ...limits, refreshBeforeSeconds: 0 }
  t.equal(refreshDue(session(), noHurry, signedInAt + 3599), false, 'one second before')
})

t.test('the last quarter begins at the same share of every life', async t => {
  const rows: [life: number, before: number, firstDue: number][] = [
    [300, 300, 226],
    [300, 60, 241],
    [3600, 3600, 2701],
    [3600, 300, 3301],
    [86_400, 300, 86_101],
  ]
  for (const [life, refreshBeforeSeconds, firstDue] of rows) {
    const one = session({ tokens: { ...session().tokens, expiresAt: signedInAt + life } })
    const due = (age: number) =>
      refreshDue(one, { ...limits, refreshBeforeSeconds }, signedInAt + age)
    t.equal(due(firstDue - 1), false, `${life} ${refreshBeforeSeconds}`)
    t.equal(due(firstDue), true, `${life} ${refreshBeforeSeconds}`)
  }
})

t.test('times after 2038, and without end, are numbers like others', async t => {
  const late = 2_147_483_647
  const after = session({
    signedInAt: late,
    seenAt: late,
    tokens: { ...session().tokens, issuedAt: late, expiresAt: late + 3600 },
  })
  t.equal(remainingSeconds(after, limits, late + 100), 1700)
  t.equal(refreshDue(after, limits, late + 3300), false)
  t.equal(refreshDue(after, limits, late + 3301), true)
  const endless = session({ tokens: { ...session().tokens, expiresAt: 1e300 } })
  t.equal(refreshDue(endless, limits, late), false)
  t.equal(remainingSeconds(endless, limits, signedInAt + 1800), 0, 'the session ends all the same')
})

t.test('with a recheck tokens are refreshed when they are so old, and not without', async t => {
  const rechecking = { ...limits, recheckSeconds: 600 }
  t.equal(refreshDue(session(), rechecking, signedInAt + 599), false)
  t.equal(refreshDue(session(), rechecking, signedInAt + 600), true)
  t.equal(refreshDue(session(), limits, signedInAt + 600), false)
  const without = session({ tokens: { ...session().tokens, refreshToken: null } })
  t.equal(refreshDue(without, rechecking, signedInAt + 600), false, 'with nothing to ask with')
})
