import t from 'tap'
import { createRecentUses } from '../../src/session/recent-uses.js'
import type { StoredSession } from '../../src/session/store.js'
import { limits, tokensFrom } from '../fixtures/browser-sessions.js'
import { frozenClock } from '../fixtures/clock.js'
import { session } from '../fixtures/session.js'

const begun = 1_800_000_000
const state = (reference: string, seenAt: number, issuedAt = begun): StoredSession => ({
  session: session({ seenAt, tokens: tokensFrom(issuedAt) }),
  reference,
  stale: false,
})

t.test(
  'a use is remembered for half of the time to the next, and told at its beginning',
  async t => {
    const clock = frozenClock()
    const uses = createRecentUses(limits, clock.read)
    const [before, after] = [state('old', clock.read() - 60), state('new', clock.read())]
    t.equal(uses.after('here', before), null)
    uses.add('here', after)
    t.strictSame(uses.after('here', before), { stored: after, tell: true })
    clock.move(5)
    t.equal(uses.after('here', before)?.tell, true)
    clock.move(1)
    t.strictSame(uses.after('here', before), { stored: after, tell: false })
    clock.move(23)
    t.ok(uses.after('here', before))
    clock.move(1)
    t.equal(uses.after('here', before), null)
  },
)

t.test(
  'only an older state with the same tokens at the same place has become this one',
  async t => {
    const clock = frozenClock()
    const uses = createRecentUses(limits, clock.read)
    uses.add('here', state('new', clock.read()))
    t.equal(uses.after('elsewhere', state('old', clock.read() - 60)), null)
    t.equal(uses.after('here', state('new', clock.read())), null, 'itself')
    t.equal(uses.after('here', state('refreshed', clock.read() - 60, begun + 10)), null)
    t.ok(uses.after('here', state('old', clock.read() - 60)))
  },
)
