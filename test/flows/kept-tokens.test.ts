// The session carries the tokens that the settings have a use for, and follows them when they change.
import t, { type Test } from 'tap'
import { mergeTrees, type SettingTree } from '../../src/lib/setting-sources.js'
import { type TestGateway, testGateway } from '../fixtures/gateway.js'
import { PlainBrowser } from '../fixtures/plain-browser.js'
import { redisServer } from '../fixtures/redis-server.js'
import { signIn } from '../fixtures/sign-in.js'

const allTokens = ['id', 'access', 'refresh']
const bearer: SettingTree = { identity: { style: ['forwarded', 'bearer'] } }
const showsId: SettingTree = { identity: { style: ['forwarded', 'bearer'], token: 'id' } }
const users = [
  {
    username: 'jane',
    password: 'Jane-pass1',
    groups: ['staff', 'editors', 'reports'],
    attributes: { email: 'jane@example.com', email_verified: true, name: 'Jane Doe' },
  },
]

interface Shown {
  readonly headers: Readonly<Record<string, string>>
  readonly rawHeaders?: readonly string[]
}

async function signedIn(t: Test, settings: SettingTree = {}) {
  const gateway = await testGateway(t, { users, settings })
  const browser = new PlainBrowser()
  t.equal((await signIn(browser, `${gateway.url}/`)).status, 200)
  return { ...gateway, browser, ...sizes(browser, gateway) }
}

function sizes(browser: PlainBrowser, { url }: Pick<TestGateway, 'url'>) {
  const chunks = browser
    .cookieHeader(url)
    .split('; ')
    .filter(pair => pair.startsWith('cgw-session'))
  return { chunks: chunks.length, bytes: chunks.join('; ').length }
}

/** What the application is shown. */
async function shown(browser: PlainBrowser, url: string): Promise<Shown['headers']> {
  const { status, body } = await browser.fetch(`${url}/x`)
  if (status !== 200) throw new Error(`${status} ${body}`)
  return (JSON.parse(body) as Shown).headers
}

function claimsOf(token = ''): object {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as object
}

async function useShown(browser: PlainBrowser, url: string): Promise<{ token_use?: string }> {
  return claimsOf((await shown(browser, url)).authorization)
}

function later({ clock, emulator }: Pick<TestGateway, 'clock' | 'emulator'>, seconds: number) {
  clock.offsetSeconds += seconds
  emulator.faults.clockOffsetSeconds += seconds
}

const refreshes = ({ emulator }: Pick<TestGateway, 'emulator'>) =>
  emulator.calls.filter(({ grantType }) => grantType === 'refresh_token').length

t.test(
  'with the defaults a session is one cookie, and everything is known of the person',
  async t => {
    const settings: SettingTree = { identity: { headers: { 'X-Name': 'name' } } }
    const gateway = await signedIn(t, settings)
    const { browser, url, chunks, bytes } = gateway
    t.equal(chunks, 1)
    t.ok(bytes < 3300, `${bytes} bytes`)
    const all = await signedIn(t, { ...settings, session: { keep: allTokens } })
    t.equal(all.chunks, 2)
    t.ok(bytes < 0.62 * all.bytes, `${bytes} of ${all.bytes} bytes`)

    const said = async (at: typeof gateway) => {
      const { body } = await at.browser.fetch(`${at.url}/oauth2/userinfo`)
      const { sub, accessTokenExpiresAt, idleEndsAt, sessionEndsAt, ...rest } = JSON.parse(body)
      t.ok(sub && accessTokenExpiresAt && idleEndsAt && sessionEndsAt)
      return rest
    }
    t.strictSame(await said(gateway), await said(all))
    const person = {
      'x-forwarded-email': 'jane@example.com',
      'x-forwarded-groups': 'staff,editors,reports',
      'x-name': 'Jane Doe',
    }
    t.match(await shown(browser, url), person)
    later(gateway, 3590)
    t.match(await shown(browser, url), person, 'also after a refresh')
    t.equal(refreshes(gateway), 1)
    t.ok(sizes(browser, gateway).bytes < 3300)
  },
)

t.test(
  'scopes count without the access token, also in a process that opens the cookie',
  async t => {
    const { browser, twin, upstream } = await signedIn(t)
    const to = upstream.origin
    const url = await twin({
      routes: [
        { path: '/mail', access: { scopes: ['email'] }, upstream: to },
        { path: '/other', access: { scopes: ['reports/read'] }, upstream: to },
        { path: '/', access: 'signed-in', upstream: to },
      ],
    })
    t.equal((await browser.fetch(`${url}/mail`)).status, 200)
    t.equal((await browser.fetch(`${url}/other`)).status, 403)
  },
)

t.test('what an application is shown is kept, and valid', async t => {
  const gateway = await signedIn(t, bearer)
  const { browser, url, twin, emulator, bytes } = gateway
  t.ok(bytes > 3950)
  for (const at of [url, await twin()]) {
    const { authorization = '' } = await shown(browser, at)
    const expected = { token_use: 'access', iss: emulator.issuer, username: 'jane' }
    t.match(claimsOf(authorization), expected)
  }
  t.equal(refreshes(gateway), 0)
})

t.test(
  'a token that is kept before it is needed comes with the refresh that is due anyway',
  async t => {
    const gateway = await signedIn(t)
    const { browser, twin } = gateway
    const [keeping, needing] = [
      await twin({ session: { keep: ['access', 'refresh'] } }),
      await twin(bearer),
    ]
    later(gateway, 5)
    await shown(browser, keeping)
    t.equal(refreshes(gateway), 0, 'it is not asked for')
    later(gateway, 3590)
    await shown(browser, keeping)
    t.match(claimsOf((await shown(browser, needing)).authorization), { token_use: 'access' })
    t.equal(refreshes(gateway), 1)
  },
)

const stores: [string, (t: Test) => Promise<SettingTree>][] = [
  ['in cookies', async () => ({})],
  [
    'in Redis',
    async t => ({ session: { store: 'redis', redis: { url: (await redisServer(t)).url } } }),
  ],
]
for (const [where, settingsOf] of stores) {
  t.test(`sessions ${where} get the token that is needed from now on by one refresh`, async t => {
    const gateway = await signedIn(t, await settingsOf(t))
    const { browser, twin, upstream, emulator } = gateway
    const url = await twin(bearer)
    later(gateway, 5)
    const before = upstream.seen.length
    emulator.faults.set('/oauth2/token', { status: 500 })
    const away = await browser.fetch(`${url}/x`)
    t.equal(away.status, 503)
    t.ok(away.headers['retry-after'])
    t.strictSame(away.setCookies, [])
    t.equal(upstream.seen.length, before, 'nothing was forwarded')
    t.equal(
      (await browser.fetch(`${gateway.url}/x`)).status,
      200,
      'where it is not needed, it serves',
    )

    emulator.faults.clear('/oauth2/token')
    later(gateway, 60)
    const known = refreshes(gateway)
    const answers = await Promise.all(Array.from({ length: 5 }, () => shown(browser, url)))
    for (const { authorization } of [...answers, await shown(browser, url)]) {
      t.match(claimsOf(authorization), { token_use: 'access', iss: emulator.issuer })
    }
    t.equal(refreshes(gateway) - known, 1)
    t.equal((await browser.fetch(`${gateway.url}/x`)).status, 200, 'the other gateway reads it')
  })

  // Each dropped what the other needs: a refresh at every request, until Cognito's quota was used up for everybody.
  t.test(`sessions ${where} of two gateways with crossing needs are refreshed once`, async t => {
    const gateway = await signedIn(t, mergeTrees(showsId, await settingsOf(t)))
    const { browser, url, twin } = gateway
    const other = await twin({ identity: { token: 'access' } })
    const askBoth = async () => {
      for (let turn = 0; turn < 4; turn++) {
        later(gateway, 1)
        t.equal((await useShown(browser, other)).token_use, 'access')
        later(gateway, 1)
        t.equal((await useShown(browser, url)).token_use, 'id')
      }
    }
    await askBoth()
    t.equal(refreshes(gateway), 1)
    later(gateway, 3580)
    await askBoth()
    t.equal(refreshes(gateway), 3, 'what is due drops what is not needed there, for once')
  })

  t.test(
    `sessions ${where} pass between gateways that keep all tokens and that do not`,
    async t => {
      const gateway = await signedIn(t, await settingsOf(t))
      const { browser, url, twin } = gateway
      const other = await twin({ session: { keep: allTokens } })
      const jane = { 'x-forwarded-email': 'jane@example.com' }
      for (const [at, seconds] of [
        [other, 5],
        [url, 70],
        [other, 3600],
        [url, 70],
        [url, 3600],
        [other, 70],
      ] as const) {
        later(gateway, seconds)
        t.match(await shown(browser, at), jane)
      }
      t.equal(refreshes(gateway), 2, 'when they were due, and no more often')
    },
  )
}

// What to do where both do not fit: none ends, none is sent to sign in, and Cognito is asked now and then.
t.test(
  'crossing needs that no cookie has room for cost a refresh in a minute, and 503',
  async t => {
    const gateway = await signedIn(t, mergeTrees(showsId, { session: { maxCookieBytes: 5000 } }))
    const { browser, url, twin, lines } = gateway
    const other = await twin({ identity: { token: 'access' } })
    const statuses = new Set<number>()
    const askBoth = async () => {
      for (const at of Array.from({ length: 10 }, (_, turn) => (turn % 2 === 0 ? other : url))) {
        later(gateway, 1)
        const { status, headers, setCookies } = await browser.fetch(`${at}/x`)
        statuses.add(status)
        if (status !== 503) continue
        t.ok(Number(headers['retry-after']) <= 60)
        t.strictSame(setCookies, [])
      }
    }
    await askBoth()
    t.equal(refreshes(gateway), 2, 'one of each')
    later(gateway, 60)
    await askBoth()
    t.equal(refreshes(gateway), 4)
    t.strictSame(statuses, new Set([200, 503]))
    t.match(lines.join(''), 'session.maxCookieBytes')
  },
)
