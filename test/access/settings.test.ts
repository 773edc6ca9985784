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
    [{ groups: 'a' }, 'a group that is no list'],
    [{ groups: [1] }, 'a number'],
    [{ group: ['a'] }, 'a misspelt key'],
  ]
  for (const [given, why] of rows) {
    t.match(issuesOf(given), [{ path: [], message: /public, signed-in, deny, or \{ groups/ }], why)
  }
})

t.test('says it nearer to the fault where only a detail is wrong', async t => {
  t.match(issuesOf({ groups: [] }), [{ path: ['groups'], message: /at least one group/ }])
  t.match(issuesOf({ groups: ['a', ''] }), [{ path: ['groups', 1], message: /name of a group/ }])
  t.match(issuesOf({ groups: ['a'], scopes: ['b'] }), [
    { path: [], code: 'unrecognized_keys', keys: ['scopes'] },
  ])
})

t.test('says what it is for', async t => {
  t.match(accessSettings.meta(), { description: String, example: Object })
})

function issuesOf(given: unknown) {
  return accessSettings.safeParse(given).error?.issues
}
