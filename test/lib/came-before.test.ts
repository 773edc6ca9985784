import { randomBytes } from 'node:crypto'
import t from 'tap'
import { createCameBefore } from '../../src/lib/came-before.js'

const text = () => randomBytes(100).toString('base64url')
const texts = (count: number) => Array.from({ length: count }, text)

t.test('a text came before when it comes for the second time', async t => {
  const cameBefore = createCameBefore()
  const some = texts(1000)
  t.ok(some.filter(cameBefore).length < 50, 'nearly none at first')
  t.equal(some.filter(cameBefore).length, 1000, 'all at the second time')
})

t.test('a text is known for as long as some thousands come in turn with it', async t => {
  const cameBefore = createCameBefore()
  const some = texts(4000)
  for (const one of some) cameBefore(one)
  t.equal(some.filter(cameBefore).length, some.length)
  t.equal(some.filter(cameBefore).length, some.length, 'and stays so')
})

t.test('of many that come once, hardly one is taken for known', async t => {
  const cameBefore = createCameBefore()
  const known = texts(20_000).filter(cameBefore).length
  t.ok(known < 400, `${known} of 20,000`)
})

t.test('what has not come for long is new again', async t => {
  const cameBefore = createCameBefore()
  const old = texts(1000)
  for (const one of old) cameBefore(one)
  for (const more of texts(20_000)) cameBefore(more)
  t.ok(old.filter(cameBefore).length < 100)
})

t.test('short texts and empty ones are told apart as well', async t => {
  const cameBefore = createCameBefore()
  t.notOk(cameBefore('a'))
  t.ok(cameBefore('a'))
  t.notOk(cameBefore(''))
  t.ok(cameBefore(''))
  t.notOk(cameBefore('b'))
})
