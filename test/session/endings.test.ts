import t from 'tap'
import { createEndings } from '../../src/session/endings.js'
import type { SessionStore } from '../../src/session/store.js'
import { session } from '../fixtures/session.js'

const ending = (destroy: SessionStore['destroy']) => ({ destroy }) as SessionStore

t.test('who listens hears of the end of its session, once, and of no other', async t => {
  const endings = createEndings()
  const heard: string[] = []
  endings.on('a', () => heard.push('a1'))
  endings.on('a', () => heard.push('a2'))
  endings.on('b', () => heard.push('b'))
  const deaf = endings.on('a', () => heard.push('deaf'))
  deaf()
  const store = endings.announcedBy(ending(async ended => ended))
  await store.destroy(session({ id: 'a' }), 1)
  t.strictSame(heard, ['a1', 'a2'])
  await store.destroy(session({ id: 'a' }), 1)
  t.strictSame(heard, ['a1', 'a2'])
})

t.test('a session that could not be ended has not ended', async t => {
  const endings = createEndings()
  let heard = 0
  endings.on('a', () => heard++)
  const away = endings.announcedBy(ending(() => Promise.reject(new Error('away'))))
  await t.rejects(away.destroy(session({ id: 'a' }), 1), { message: 'away' })
  t.equal(heard, 0)
})
