// The pool as a file: what is refused, each beside a neighbour that is accepted.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { startEmulator } from '../../src/emulator/app.js'
import { defaultPool, parsePool, readPool } from '../../src/emulator/pool.js'

const jane = { username: 'jane', password: 'Jane-pass1' }
const client = { id: 'client1' }
const url = 'callbackUrls'
const user = (more: object) => ({ users: [{ ...jane, ...more }], clients: [client] })
const app = (more: object) => ({ users: [jane], clients: [{ ...client, ...more }] })

const rows: [string, object, RegExp | null][] = [
  ['https', app({ [url]: ['https://app.example.com/cb'] }), null],
  ['an app scheme', app({ [url]: ['myapp://cb'] }), null],
  ['http on localhost', app({ [url]: ['http://localhost:3000/cb', 'http://[::1]/cb'] }), null],
  ['http elsewhere', app({ [url]: ['http://app.example.com/cb'] }), /clients\.0\.callbackUrls\.0/],
  ['a fragment', app({ [url]: ['https://app.example.com/cb#x'] }), /callbackUrls\.0/],
  ['a relative URL', app({ [url]: ['/cb'] }), /callbackUrls\.0/],
  ['a script', app({ logoutUrls: ['javascript:alert(1)'] }), /logoutUrls\.0/],
  ['two secrets', app({ secrets: ['a', 'b'] }), null],
  ['three secrets', app({ secrets: ['a', 'b', 'c'] }), /clients\.0\.secrets/],
  ['60 s of grace', app({ rotation: { graceSeconds: 60 } }), null],
  ['61 s of grace', app({ rotation: { graceSeconds: 61 } }), /rotation\.graceSeconds/],
  ['100 groups', user({ groups: ['staff'], madeUpGroups: 99 }), null],
  ['101 groups', user({ groups: ['staff'], madeUpGroups: 100 }), /users\.0\.groups: .*100 groups/],
  ['a verified e-mail', user({ attributes: { email_verified: true } }), null],
  [
    'a verified text',
    user({ attributes: { email_verified: 'true' } }),
    /email_verified: .*boolean/,
  ],
  ['a number', user({ attributes: { name: 7 } }), /users\.0\.attributes\.name/],
  ['a sub as attribute', user({ attributes: { sub: 'x' } }), /attributes\.sub/],
  ['two users', { users: [jane, { ...jane, username: 'joe' }], clients: [client] }, null],
  ['one twice', { users: [jane, { ...jane, username: 'JANE' }], clients: [client] }, /users\.1/],
  ['a client twice', { users: [jane], clients: [client, client] }, /clients\.1\.id/],
  ['an unknown setting', { ...app({}), colour: 'red' }, /pool: .*colour/],
]

for (const [name, input, complaint] of rows) {
  t.test(`${name}: ${complaint === null ? 'accepted' : 'refused'}`, async t => {
    if (complaint === null) t.ok(parsePool(input))
    else t.throws(() => parsePool(input), complaint)
  })
}

t.test('a bad pool names every fault at once', async t => {
  t.throws(
    () => parsePool({ users: [], clients: [{ id: 'a b', secrets: [''] }], extra: 1 }),
    /users[\s\S]*clients\.0\.id[\s\S]*clients\.0\.secrets[\s\S]*extra/,
  )
})

t.test('the pool that comes with the package has what the README promises', async t => {
  const { poolId, users, clients } = defaultPool()
  t.equal(poolId, 'us-east-1_Emulator1')
  t.strictSame(
    users.map(({ username, password, groups }) => [username, password, groups.length]),
    [
      ['admin', 'Admin-pass1', 2],
      ['jane', 'Jane-pass1', 1],
      ['many', 'Many-pass1', 100],
    ],
  )
  for (const { id } of clients) t.match(id, /^[a-z0-9]{26}$/)
  t.strictSame(
    clients.map(({ secrets }) => secrets.length),
    [1, 0],
  )
  t.strictSame(parsePool(defaultPool()), defaultPool(), 'a parsed pool can be parsed again')
})

t.test('an emulator reads its pool from a file, and gives people the same sub again', async t => {
  const file = join(t.testdir(), 'pool.yaml')
  writeFileSync(file, 'users: [{ username: kim, password: Kim-pass12 }]\nclients: [{ id: app1 }]\n')
  t.equal(readPool(file).users[0]?.username, 'kim')
  const start = async () => {
    const emulator = await startEmulator({ poolFile: file })
    t.teardown(() => emulator.close())
    return emulator.settings.users[0]?.sub
  }
  const sub = await start()
  t.match(sub, /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/)
  t.equal(await start(), sub)
})
