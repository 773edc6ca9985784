// People with a hundred groups: what fits is carried, what does not is said with its size.
import t, { type Test } from 'tap'
import type { SettingTree } from '../../src/lib/setting-sources.js'
import { testGateway } from '../fixtures/gateway.js'
import { PlainBrowser } from '../fixtures/plain-browser.js'
import { redisServer } from '../fixtures/redis-server.js'
import { signIn } from '../fixtures/sign-in.js'

const allTokens = ['id', 'access', 'refresh']

const users = (groups: number) => [
  {
    username: 'jane',
    password: 'Jane-pass1',
    groups: Array.from({ length: groups }, (_, n) => `department-of-things-number-${n}`),
    attributes: { email: 'jane@example.com', email_verified: true },
  },
]

async function visit(t: Test, groups: number, session: SettingTree = {}) {
  const gateway = await testGateway(t, { users: users(groups), settings: { session } })
  const browser = new PlainBrowser()
  return { ...gateway, browser, answer: await signIn(browser, `${gateway.url}/`) }
}

t.test(
  '100 groups do not fit into cookies with all tokens: a page and a line name size, limit and remedy',
  async t => {
    const { answer, browser, lines, url } = await visit(t, 100, { keep: allTokens })
    t.equal(answer.status, 500)
    t.match(answer.body, 'GW_ERR_SESSION_TOO_LARGE')
    const said =
      /The session has \d{5} bytes; its cookies may have 12288\..*session\.store.*session\.keep/
    t.match(answer.body, said)
    t.ok(lines.some(line => said.test(line)))
    t.notMatch(browser.cookieHeader(url), 'cgw-session', 'and none was written')
  },
)

const fitting: [string, number, (redis: string) => SettingTree][] = [
  ['with fewer groups', 30, () => ({ keep: allTokens })],
  ['with a higher limit', 60, () => ({ keep: allTokens, maxCookieBytes: 16_384 })],
  ['with the tokens that are needed', 100, () => ({})],
  ['in Redis', 100, url => ({ store: 'redis', redis: { url } })],
]
for (const [how, groups, settings] of fitting) {
  t.test(`they fit ${how}, and all reach the application`, async t => {
    const { url: redis } = await redisServer(t)
    const { answer, browser, url, clock, emulator } = await visit(t, groups, settings(redis))
    t.equal(answer.status, 200)
    t.equal(answer.body.match(/department-of-things-number-/g)?.length, groups)
    clock.offsetSeconds = 3590
    emulator.faults.clockOffsetSeconds = 3590
    t.equal((await browser.fetch(`${url}/later`)).status, 200, 'also after a refresh')
    t.equal(emulator.calls.filter(({ grantType }) => grantType === 'refresh_token').length, 1)
  })
}

t.test('without a refresh token the session ends with the access token, not before', async t => {
  const { browser, url, clock, emulator } = await visit(t, 1, { keep: ['id', 'access'] })
  const at = async (seconds: number) => {
    clock.offsetSeconds = seconds
    emulator.faults.clockOffsetSeconds = seconds
    return (await browser.fetch(`${url}/x`)).status
  }
  t.equal(await at(3590), 200)
  t.equal(await at(3601), 401)
  t.equal(emulator.calls.filter(({ grantType }) => grantType === 'refresh_token').length, 0)
})
