import { createRequire } from 'node:module'
import t from 'tap'
import '../../src/lib/undici.js'

const { headerNameLowerCasedRecord: known } = createRequire(import.meta.url)(
  'undici/lib/core/constants.js',
) as { headerNameLowerCasedRecord: Record<string, string> }

t.test('undici knows the names of the usual lines, and every name it knows is a token', async t => {
  t.equal(known['X-Forwarded-User'], 'x-forwarded-user')
  t.equal(known['sec-fetch-mode'], 'sec-fetch-mode')
  for (const [name, lower] of Object.entries(known)) {
    t.match(name, /^[\w!#$%&'*+.^`|~-]+$/, name)
    t.equal(lower, name.toLowerCase(), name)
  }
})
