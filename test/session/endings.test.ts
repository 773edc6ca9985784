import t from 'tap'
import { createEndedSessions } from '../../src/session/ended.js'
import { createEndings } from '../../src/session/endings.js'
import type { SessionStore } from '../../src/session/store.js'
import { session, signedInAt } from '../fixtures/session.js'

const ending = (destroy: SessionStore['destroy']) => ({ destroy }) as SessionStore

t.test('who listens hears of the end of its session, once, and of no other', async t => {
  const endings = createEndings(createEndedSessions(() => signedInAt))
  const heard: string[] = []
  endings.on(session({ id: 'a' }), () => heard.push('a1'))
  endings.on(session({ id: 'a' }), () => heard.push('a2'))
  endings.on(session({ id: 'b' }), () => heard.push('b'))
  const deaf = endings.on(session({ id: 'a' }), () => heard.push('deaf'))
  deaf()
  const store = endings.announcedBy(ending(async ended => ended))
  await store.destroy(session({ id: 'a' }), 1)
  t.strictSame(heard, ['a1', 'a2'])
  await store.destroy(session({ id: 'a' }), 1)
  t.strictSame(heard, ['a1', 'a2'])
})

t.test('a session that could not be ended has not ended', async t => {
  const endings = createEndings(createEndedSessions(() => signedInAt))
  let heard = 0
  endings.on(session({ id: 'a' }), () => heard++)
  const away = endings.announcedBy(ending(() => Promise.reject(new Error('away'))))
  await t.rejects(away.destroy(session({ id: 'a' }), 1), { message: 'away' })
  t.equal(heard, 0)
})

t.test(
  'the end of many is heard by those whom it concerns, from whatever process it came',
  async t => {
    const ended = createEndedSessions(() => signedInAt)
    const endings = createEndings(ended)
    const heard: string[] = []
    const { subject } = session().identity
    endings.on(session({ id: 'a' }), () => heard.push('a'))
    endings.on(session({ id: 'later', signedInAt: signedInAt + 60 }), () => heard.push('later'))
    endings.on(session({ id: 'b' }, { sub: 'joe-sub' }), () => heard.push('b'))
    ended.add({ subject, begunBefore: signedInAt + 1, until: signedInAt + 3600 })
    t.strictSame(heard, ['a'])
    ended.add({ subject: null, begunBefore: signedInAt + 1, until: signedInAt + 3600 })
    t.strictSame(heard, ['a', 'b'])
  },
)
