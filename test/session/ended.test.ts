import t from 'tap'
import { createEndedSessions, endedAlsoBefore } from '../../src/session/ended.js'
import { frozenClock } from '../fixtures/clock.js'
import { session } from '../fixtures/session.js'

const { signedInAt } = session()
const until = signedInAt + 3600

t.test('a session, a user, everybody: each ending ends what it names', async t => {
  const rows: [string, Parameters<ReturnType<typeof createEndedSessions>['add']>[0], boolean][] = [
    ['the session', { id: session().id, until }, true],
    ['another session', { id: 'other', until }, false],
    ['its user', { subject: 'jane-sub', begunBefore: signedInAt + 1, until }, true],
    ['its user, earlier', { subject: 'jane-sub', begunBefore: signedInAt, until }, false],
    ['another user', { subject: 'joe-sub', begunBefore: signedInAt + 1, until }, false],
    ['everybody', { subject: null, begunBefore: signedInAt + 1, until }, true],
    ['everybody, earlier', { subject: null, begunBefore: signedInAt, until }, false],
  ]
  for (const [why, ending, expected] of rows) {
    const ended = createEndedSessions(frozenClock(signedInAt).read)
    t.notOk(ended.has(session()))
    ended.add(ending)
    t.equal(ended.has(session()), expected, why)
  }
})

t.test('an earlier end of a user does not undo a later one', async t => {
  const ended = createEndedSessions(frozenClock(signedInAt).read)
  ended.add({ subject: 'jane-sub', begunBefore: signedInAt + 1, until })
  ended.add({ subject: 'jane-sub', begunBefore: signedInAt - 1, until })
  t.ok(ended.has(session()))
})

t.test('what no cookie can bring back is forgotten, and so are the oldest of too many', async t => {
  const clock = frozenClock(signedInAt)
  const ended = createEndedSessions(clock.read, { max: 2 })
  for (const id of ['one', 'two', 'three']) ended.add({ id, until })
  t.strictSame(
    ['one', 'two', 'three'].map(id => ended.has(session({ id }))),
    [false, true, true],
  )
  clock.set(until)
  t.notOk(ended.has(session({ id: 'three' })))
})

t.test('session.notBefore ends what began before it', async t => {
  const { read } = frozenClock(signedInAt)
  t.notOk(endedAlsoBefore(createEndedSessions(read), signedInAt).has(session()))
  t.ok(endedAlsoBefore(createEndedSessions(read), signedInAt + 1).has(session()))
})

t.test('tokens from before a change of their user are out of date; later ones are not', async t => {
  const ended = createEndedSessions(frozenClock(signedInAt).read)
  const { issuedAt } = session().tokens
  t.notOk(ended.isOutdated(session()))
  ended.add({ subject: 'jane-sub', issuedUntil: issuedAt, until })
  ended.add({ subject: 'jane-sub', issuedUntil: issuedAt - 60, until })
  ended.add({ subject: 'joe-sub', issuedUntil: issuedAt + 60, until })
  t.ok(ended.isOutdated(session()))
  t.notOk(ended.has(session()), 'it has not ended')
  const renewed = session({ tokens: { ...session().tokens, issuedAt: issuedAt + 1 } })
  t.notOk(ended.isOutdated(renewed))
})

t.test('an event is known until it cannot come again', async t => {
  const clock = frozenClock(signedInAt)
  const ended = createEndedSessions(clock.read)
  t.notOk(ended.knows('one'))
  ended.add({ event: 'one', until })
  t.ok(ended.knows('one'))
  t.notOk(ended.knows('another'))
  clock.set(until)
  t.notOk(ended.knows('one'))
})
