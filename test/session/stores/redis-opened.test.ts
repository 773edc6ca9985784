import t from 'tap'
import { createOpenedMemory } from '../../../src/session/stores/redis-opened.js'
import { session } from '../../fixtures/session.js'

const place = 'https://a.example session'
const reference = `front-${'x'.repeat(40)}-authentication-tag-22c`
const ticket = { place, reference, key: 'key', stale: false }
const opened = { session: session(), stale: false }

t.test('a ticket is remembered by all of it, and for its place', async t => {
  const memory = createOpenedMemory()
  t.equal(memory.ticket(place, reference), null)
  const kept = memory.keepTicket(ticket)
  t.strictSame(kept, ticket)
  t.equal(memory.ticket(place, reference), kept)
  t.equal(memory.ticket(place, [reference.slice(0, 20), reference.slice(20)]), kept, 'in pieces')
  t.equal(memory.ticket('https://b.example session', reference), null)
  for (const other of [`F${reference.slice(1)}`, reference.slice(1), `x${reference}`, '']) {
    t.equal(memory.ticket(place, other), null, other)
  }
})

t.test('a session is remembered by the very text that it was', async t => {
  const memory = createOpenedMemory()
  t.equal(memory.session('key', 'text'), null)
  memory.keepSession('key', 'text', opened)
  t.equal(memory.session('key', 'text')?.session, opened.session)
  t.equal(memory.session('key', 'Text'), null)
  t.equal(memory.session('other', 'text'), null)
  t.strictSame(memory.use(), { hits: 1, misses: 3, kept: 1 })
  memory.forget('key')
  t.equal(memory.session('key', 'text'), null)
  t.equal(memory.use().kept, 0)
})

t.test('it keeps so many, and so much, and no text that is longer than all of it', async t => {
  const memory = createOpenedMemory()
  for (let number = 0; number <= 10_000; number++) {
    memory.keepSession(`key-${number}`, 'text', opened)
    memory.keepTicket({ ...ticket, reference: `${reference}-${number}` })
  }
  t.equal(memory.use().kept, 10_000)
  t.equal(memory.session('key-0', 'text'), null, 'the oldest is gone')
  t.equal(memory.ticket(place, `${reference}-0`), null)
  t.ok(memory.ticket(place, `${reference}-10000`))

  const megabyte = 'x'.repeat(1024 * 1024)
  for (let number = 0; number < 50; number++) memory.keepSession(`long-${number}`, megabyte, opened)
  t.ok(memory.use().kept < 25)
  t.ok(memory.session('long-49', megabyte))
  const tooLong = megabyte.repeat(25)
  memory.keepSession('too long', tooLong, opened)
  t.equal(memory.session('too long', tooLong), null)
  memory.keepSession('long-49', tooLong, opened)
  t.equal(memory.session('long-49', megabyte), null, 'nor what stood there before')
})
