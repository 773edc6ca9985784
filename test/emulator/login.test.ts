// The sign-in page: its form, its cookies, its languages, and who gets past it.
import t from 'tap'
import { type Answer, PlainBrowser } from '../fixtures/plain-browser.js'
import { authorizeUrl, callbackUrl, getCode, testPool } from '../fixtures/pool-client.js'
import { submitLogin } from '../fixtures/sign-in.js'

const uuid = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/

async function open(url: string): Promise<{ browser: PlainBrowser; page: Answer }> {
  const browser = new PlainBrowser()
  return { browser, page: await browser.follow(url) }
}

t.test("the form has the classic one's names, and repeats the XSRF-TOKEN cookie", async t => {
  const emulator = await testPool(t)
  const { page } = await open(authorizeUrl(emulator, { login_hint: 'ja"ne' }))
  t.equal(page.status, 200)
  for (const name of ['_csrf', 'username', 'password', 'cognitoAsfData', 'signInSubmitButton']) {
    t.match(page.body, ` name="${name}"`)
  }
  t.match(page.body, 'value="ja&quot;ne"', 'login_hint fills the user name in')
  const [cookie = ''] = page.setCookies
  t.match(cookie, /^XSRF-TOKEN=[0-9a-f-]{36}; Path=\/; HttpOnly; SameSite=Lax$/)
  const [token = ''] = uuid.exec(cookie) ?? []
  t.match(page.body, `name="_csrf" value="${token}"`)
  t.match(page.body, 'Local Cognito emulator')
  t.match(page.body, 'Jane-pass1', 'the accounts of the pool')
  emulator.settings.showAccounts = false
  t.notMatch((await open(authorizeUrl(emulator))).page.body, 'Jane-pass1')
})

const passes: [string, string, boolean][] = [
  ['jane', 'Jane-pass1', true],
  ['jane@example.com', 'Jane-pass1', true],
  ['JANE@example.com', 'Jane-pass1', true],
  ['jane', 'jane-pass1', false],
  ['jane', '', false],
  ['nobody', 'Jane-pass1', false],
  ['', '', false],
]

t.test('user name or e-mail address with its password pass, and nothing else', async t => {
  const emulator = await testPool(t)
  for (const [username, password, isGood] of passes) {
    const { browser, page } = await open(authorizeUrl(emulator))
    const answer = await submitLogin(browser, page, username, password)
    t.equal(answer.status, isGood ? 302 : 200, `${username} ${password}`)
    if (isGood) t.match(answer.location, `${callbackUrl}?code=`)
    else t.match(answer.body, 'Incorrect username or password.')
    t.equal(
      answer.setCookies.some(line => line.startsWith('cognito=')),
      isGood,
    )
  }
})

t.test("cookies are Cognito's, and Secure where the emulator is reached by https", async t => {
  const plain = await testPool(t)
  const { browser, page } = await open(authorizeUrl(plain))
  const { setCookies } = await submitLogin(browser, page, 'jane', 'Jane-pass1')
  t.match(setCookies[0], /^cognito=[0-9a-f-]{36}; Max-Age=3600; Path=\/; HttpOnly; SameSite=Lax$/)
  const secure = await testPool(t, {}, { publicOrigin: 'https://login.example.com' })
  t.equal(secure.domain, 'https://login.example.com')
  const { pathname, search } = new URL(authorizeUrl(secure).replace('/oauth2/authorize', '/login'))
  const { headers } = await secure.app.inject(pathname + search)
  t.match(headers['set-cookie'], /^XSRF-TOKEN=.*; Secure/)
})

t.test('"Sign in as" uses the session without making it younger', async t => {
  const clock = { now: 1_700_000_000 }
  const emulator = await testPool(t, {}, { clock: () => clock.now })
  const browser = new PlainBrowser()
  await getCode(emulator, {}, browser)
  const url = authorizeUrl(emulator).replace('/oauth2/authorize', '/login')
  const press = async () => {
    const page = await browser.visit(url)
    const [, csrf = ''] = /name="_csrf" value="([^"]+)"/.exec(page.body) ?? []
    return browser.visit(url, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ _csrf: csrf, continue: 'yes' }).toString(),
    })
  }
  clock.now += 3000
  t.match((await press()).location, `${callbackUrl}?code=`)
  clock.now += 600
  const over = await press()
  t.equal(over.status, 200, 'the hour is over: the form again')
  t.match(over.body, 'Please sign in again.')
})

t.test('lang chooses the wording, is remembered, and unknown ones are ignored', async t => {
  const emulator = await testPool(t)
  const browser = new PlainBrowser()
  const visit = (changes: Record<string, string>) => browser.follow(authorizeUrl(emulator, changes))
  t.match((await visit({})).body, '<html lang="en">')
  const korean = await visit({ lang: 'ko' })
  t.match(korean.body, '<html lang="ko">')
  t.match(korean.body, '비밀번호')
  t.match((await visit({})).body, '<html lang="ko">', 'by the cookie')
  t.match((await visit({ lang: 'tlh' })).body, '<html lang="ko">')
  t.match((await visit({ lang: 'pt-BR' })).body, '<html lang="pt-BR">')
})

t.test("the gateway's large cookies come along, since cookies ignore ports", async t => {
  const emulator = await testPool(t)
  const cookie = Array.from({ length: 16 }, (_, n) => `cgw-session-${n}=${'x'.repeat(3900)}`)
  const answer = await fetch(authorizeUrl(emulator), { headers: { cookie: cookie.join('; ') } })
  t.equal(answer.status, 200)
})

t.test('a page is neither kept nor framed, and no script may read it', async t => {
  const { page } = await open(authorizeUrl(await testPool(t)))
  t.match(page.headers, {
    'cache-control': /no-store/,
    'x-frame-options': 'DENY',
    'content-security-policy': /default-src 'none'.*frame-ancestors 'none'/,
  })
  t.equal(page.headers['access-control-allow-origin'], undefined)
})
