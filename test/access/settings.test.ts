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
    t.ok(issuesOf(given)?.length, why)
  }
})

t.test('says it nearer to the fault where only a detail is wrong', async t => {
  t.match(issuesOf({ groups: [] }), [{ path: ['groups'], message: /at least one group/ }])
  t.match(issuesOf({ groups: ['a', ''] }), [{ path: ['groups', 1], message: /name of a group/ }])
})

t.test('says what it is for', async t => {
  t.match(accessSettings.meta(), { description: String, example: Object })
})

function issuesOf(given: unknown) {
  return accessSettings.safeParse(given).error?.issues
}

t.test('requirements: what is a mistake stops the start', async t => {
  const good: unknown[] = [
    'optional',
    { scopes: ['notes/read'] },
    { claims: { department: ['a', 'b'], level: 3, list: { contains: 'x' } } },
    { emailDomains: ['Example.com'] },
    { maxAuthAge: '15m' },
    { all: [{ any: [{ groups: ['a'] }, { not: { scopes: ['b'] } }] }] },
  ]
  for (const given of good) t.equal(issuesOf(given), undefined, JSON.stringify(given))
  t.strictSame(accessSettings.parse({ maxAuthAge: '15m' }), { maxAuthAge: 900 })
  const bad: unknown[] = [
    { emailDomains: ['@example.com'] },
    { emailDomains: ['*.example.com'] },
    { claims: { a: { is: 'x' } } },
    { claims: { a: [] } },
    { maxAuthAge: '1s' },
    { all: [] },
    { any: [{}] },
    { not: 'public' },
    { any: ['signed-in'] },
  ]
  for (const given of bad) t.ok(issuesOf(given)?.length, JSON.stringify(given))
  let deep: object = { groups: ['a'] }
  for (let depth = 0; depth < 20; depth++) deep = { all: [deep] }
  t.match(issuesOf(deep), [{ message: /8 deep at most/ }])
  const circle: { all: unknown[] } = { all: [] }
  circle.all.push(circle)
  t.match(issuesOf(circle), [{ message: /8 deep at most/ }])
})
