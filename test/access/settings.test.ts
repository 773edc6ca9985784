import t from 'tap'
import { accessSettings } from '../../src/access/settings.js'

t.test('reads the words and the groups', async t => {
  for (const given of ['public', 'signed-in', 'deny', { groups: ['a'] }, { groups: ['a', 'b'] }]) {
    t.strictSame(accessSettings.parse(given), given)
  }
})

t.test('complains about everything else, and says what is allowed', async t => {
  const rows: [unknown, string][] = [
    [undefined, 'nothing'],
    [null, 'null'],
    [true, 'a switch'],
    ['', 'no word'],
    ['Public', 'another case'],
    ['signed_in', 'another spelling'],
    ['everyone', 'an unknown word'],
    [['public'], 'a list'],
    [{}, 'no requirement'],
    [{ groups: [] }, 'nobody’s group'],
    [{ groups: [''] }, 'a group without a name'],
    [{ groups: 'a' }, 'a group that is no list'],
    [{ groups: [1] }, 'a number'],
    [{ groups: ['a'], scopes: ['b'] }, 'an unknown key beside a known one'],
    [{ group: ['a'] }, 'a misspelt key'],
  ]
  for (const [given, why] of rows) {
    const { success, error } = accessSettings.safeParse(given)
    t.equal(success, false, why)
    t.match(error?.issues, [{ path: [], message: /public, signed-in, deny, or \{ groups/ }], why)
  }
})

t.test('says what it is for', async t => {
  t.match(accessSettings.meta(), { description: String, example: Object })
})
