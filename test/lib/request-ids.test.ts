import t from 'tap'
import { createRequestIds } from '../../src/lib/request-ids.js'

t.test('no two requests have one id, in one process and in two', async t => {
  const [first, second] = [createRequestIds(), createRequestIds()]
  const ids = Array.from({ length: 1000 }, () => [first(), second()]).flat()
  t.equal(new Set(ids).size, ids.length)
  for (const id of ids) t.match(id, /^[\w-]{11}-[0-9a-z]+$/)
})
