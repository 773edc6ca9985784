// A pool that is stopped and started again with its state file.
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { isBack } from '../../fixtures/hosted-ui.js'
import { PlainBrowser } from '../../fixtures/plain-browser.js'
import { askToken, authorizeUrl, getCode, publicId, testPool } from '../../fixtures/pool-client.js'

function stateFile(): string {
  return join(mkdtempSync(join(tmpdir(), 'emulator-')), 'state.json')
}

async function restart(t: Test, file: string) {
  return testPool(t, {}, { stateFile: file })
}

t.test('users, tokens, keys and sessions outlive a restart', async t => {
  const file = stateFile()
  const first = await restart(t, file)
  const browser = new PlainBrowser()
  await getCode(first, {}, browser)
  const { refresh_token, access_token } = await first.administration.tokensFor('jane', publicId)
  const revoked = await first.administration.tokensFor('admin', publicId)
  first.administration.signOutEverywhere('admin')
  first.administration.update('jane', {
    groups: ['chosen'],
    attributes: { email: 'j@example.com' },
  })
  await first.close()
  t.equal(statSync(file).mode & 0o777, 0o600, 'for its owner alone')

  const second = await restart(t, file)
  t.match(
    second.settings.users.find(({ username }) => username === 'jane'),
    {
      groups: ['chosen'],
      attributes: { email: 'j@example.com' },
    },
  )
  const refresh = (token: string) =>
    askToken(second, { grant_type: 'refresh_token', client_id: publicId, refresh_token: token })
  t.equal((await refresh(refresh_token)).status, 200)
  t.match(await refresh(revoked.refresh_token), { body: { error: 'invalid_grant' } })
  const authorization = `Bearer ${access_token}`
  const info = await fetch(`${second.domain}/oauth2/userInfo`, { headers: { authorization } })
  t.equal(info.status, 200, 'signed with the same key')
  t.ok(isBack(await browser.visit(authorizeUrl(second))), "the browser's session lives")
  t.strictSame(await second.keys.jwks(), await first.keys.jwks())
})

t.test('a change is written while the pool runs, whole and beside the old file', async t => {
  const file = stateFile()
  const emulator = await restart(t, file)
  emulator.administration.update('jane', { groups: ['chosen'] })
  await t.resolves(
    new Promise<void>(resolve => {
      const look = () => (existsSync(file) ? resolve() : setTimeout(look, 20))
      look()
    }),
  )
  t.match(JSON.parse(readFileSync(file, 'utf8')), { version: 1, poolId: 'us-east-1_Emulator1' })
  await emulator.close()
  t.strictSame(readdirSync(join(file, '..')), ['state.json'], 'nothing is left beside it')
})

const damaged: [name: string, content: string, message: RegExp][] = [
  ['no JSON', '{', /cannot be used as the emulator's state/],
  ['another version', '{"version":2}', /version/],
  ['an array', '[]', /cannot be used/],
]

for (const [name, content, message] of damaged) {
  t.test(`a file that is ${name} stops the start and stays as it is`, async t => {
    const file = stateFile()
    writeFileSync(file, content)
    await t.rejects(restart(t, file), { message })
    t.equal(readFileSync(file, 'utf8'), content)
  })
}

t.test("another pool's file is refused", async t => {
  const file = stateFile()
  await (await restart(t, file)).close()
  const other = testPool(t, {}, { stateFile: file }, { poolId: 'us-east-1_Other1' })
  await t.rejects(other, /belongs to the pool us-east-1_Emulator1/)
})

t.test('a file that cannot be written is told, and the pool serves on', async t => {
  const told: string[] = []
  const emulator = await testPool(
    t,
    {},
    {
      stateFile: join(tmpdir(), 'no-such-folder-here', 'state.json'),
      onEvent: ({ event, reason }) => event === 'snapshot failed' && told.push(String(reason)),
    },
  )
  t.ok(await getCode(emulator))
  await emulator.close()
  t.equal(told.at(-1), 'ENOENT')
})
