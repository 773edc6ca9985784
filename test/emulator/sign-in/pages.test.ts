// What people do at the hosted UI besides signing in: accounts of their own, forgotten passwords, first passwords,
// second factors.
import { decodeJwt } from 'jose'
import t from 'tap'
import { totpCode } from '../../../src/emulator/sign-in/totp.js'
import { users } from '../../fixtures/gateway.js'
import {
  alarmOf,
  besides,
  headingOf,
  isBack,
  newestCode,
  submit,
} from '../../fixtures/hosted-ui.js'
import { type Answer, PlainBrowser } from '../../fixtures/plain-browser.js'
import {
  askToken,
  authorizeUrl,
  callbackUrl,
  publicId,
  testPool,
} from '../../fixtures/pool-client.js'

const secret = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'
const newcomer = {
  username: 'newcomer',
  'requiredAttributes[email]': 'new@example.com',
  password: 'Newcomer-1',
}

function otherCode(code: string): string {
  return code === '000000' ? '000001' : '000000'
}

async function idTokenOf(emulator: Parameters<typeof askToken>[0], { location }: Answer) {
  const code = new URL(location ?? '').searchParams.get('code') ?? ''
  const fields = { grant_type: 'authorization_code', client_id: publicId, code }
  const { body } = await askToken(emulator, { ...fields, redirect_uri: callbackUrl })
  return decodeJwt(body.id_token ?? '')
}

t.test('sign-up, the code from the outbox, and the application', async t => {
  const emulator = await testPool(t)
  const browser = new PlainBrowser()
  const login = await browser.follow(authorizeUrl(emulator))
  t.match(login.body, '/signup?', 'the sign-in page leads there')
  const form = await browser.visit(besides(login, '/signup'))
  t.equal(headingOf(form), 'Sign up')

  const weak = await submit(browser, form, { ...newcomer, password: 'short' })
  t.match(alarmOf(weak), /^Password did not conform with policy/)
  const taken = await submit(browser, form, { ...newcomer, username: 'jane' })
  t.equal(alarmOf(taken), 'User already exists')
  const confirm = await submit(browser, form, newcomer)
  t.equal(headingOf(confirm), 'Confirm your account')
  t.notMatch(confirm.url, /newcomer|new%40/, 'who it is stands in no URL')

  const code = await newestCode(emulator)
  const wrong = await submit(browser, confirm, { code: otherCode(code) })
  t.equal(alarmOf(wrong), 'Invalid verification code provided, please try again.')
  const back = await submit(browser, confirm, { code })
  t.ok(isBack(back))
  t.match(await idTokenOf(emulator, back), {
    'cognito:username': 'newcomer',
    email: 'new@example.com',
    email_verified: true,
    sub: /^[0-9a-f]{8}-/,
  })
})

t.test('whoever did not confirm is asked again at the sign-in, with a new code', async t => {
  const emulator = await testPool(t)
  const browser = new PlainBrowser()
  const form = await browser.follow(authorizeUrl(emulator).replace('/oauth2/authorize', '/signup'))
  await submit(browser, form, newcomer)
  const first = await newestCode(emulator)
  const other = new PlainBrowser()
  const login = await other.follow(authorizeUrl(emulator))
  const { username, password } = newcomer
  const confirm = await submit(other, login, { username, password })
  t.equal(headingOf(confirm), 'Confirm your account')
  const again = await submit(other, confirm, {}, besides(confirm, '/resendcode'))
  t.equal(headingOf(again), 'Confirm your account')
  const code = await newestCode(emulator)
  if (first !== code)
    t.ok(alarmOf(await submit(other, again, { code: first })), 'the old one is gone')
  t.ok(isBack(await submit(other, again, { code })))
})

t.test('codes end: after five guesses, and after a day', async t => {
  const clock = { now: 1_700_000_000 }
  const emulator = await testPool(t, {}, { clock: () => clock.now })
  const begin = async (username: string) => {
    const browser = new PlainBrowser()
    const url = authorizeUrl(emulator).replace('/oauth2/authorize', '/signup')
    const email = { 'requiredAttributes[email]': `${username}@example.com` }
    const page = await submit(browser, await browser.follow(url), {
      ...newcomer,
      ...email,
      username,
    })
    return { browser, page, code: await newestCode(emulator) }
  }
  const guessing = await begin('guessing')
  for (let guess = 0; guess < 5; guess++) {
    const { browser, page, code } = guessing
    t.match(
      alarmOf(await submit(browser, page, { code: otherCode(code) })),
      /^Invalid verification/,
    )
  }
  const right = await submit(guessing.browser, guessing.page, { code: guessing.code })
  t.match(alarmOf(right), /^Attempt limit exceeded/)

  const slow = await begin('slow')
  clock.now += 24 * 3600
  const login = await slow.browser.follow(authorizeUrl(emulator))
  t.equal(headingOf(login), 'Sign in', 'the step itself is over after five minutes')
  const { username, password } = { ...newcomer, username: 'slow' }
  const page = await submit(slow.browser, login, { username, password })
  const late = await submit(slow.browser, page, { code: slow.code })
  if (slow.code !== (await newestCode(emulator)))
    t.ok(alarmOf(late), 'the first code is good no more')
})

t.test('a pool without self-service has no sign-up', async t => {
  const emulator = await testPool(t, {}, {}, { selfSignUp: false })
  const browser = new PlainBrowser()
  const login = await browser.follow(authorizeUrl(emulator))
  t.notMatch(login.body, '/signup?')
  t.equal(headingOf(await browser.follow(besides(login, '/signup'))), 'Sign in')
})

t.test('a forgotten password is replaced with the code; the old one is good no more', async t => {
  const emulator = await testPool(t)
  const browser = new PlainBrowser()
  const login = await browser.follow(authorizeUrl(emulator))
  const form = await browser.visit(besides(login, '/forgotPassword'))
  const page = await submit(browser, form, { username: 'jane@example.com' })
  t.equal(headingOf(page), 'Choose a new password')
  const code = await newestCode(emulator)
  const weak = await submit(browser, page, { code, password: 'weak' })
  t.match(alarmOf(weak), /^Password did not conform/)
  const wrong = await submit(browser, page, { code: otherCode(code), password: 'Second-pass2' })
  t.match(alarmOf(wrong), /^Invalid verification code/)
  const done = await submit(browser, page, { code, password: 'Second-pass2' })
  t.equal(headingOf(done), 'Sign in')
  const old = await submit(browser, done, { username: 'jane', password: 'Jane-pass1' })
  t.equal(alarmOf(old), 'Incorrect username or password.')
  t.ok(isBack(await submit(browser, old, { username: 'jane', password: 'Second-pass2' })))
})

t.test('nobody learns from a forgotten password who has an account', async t => {
  const emulator = await testPool(t)
  const browser = new PlainBrowser()
  const login = await browser.follow(authorizeUrl(emulator))
  const form = await browser.visit(besides(login, '/forgotPassword'))
  const page = await submit(browser, form, { username: 'nobody' })
  t.equal(headingOf(page), 'Choose a new password')
  t.equal(await newestCode(emulator), 'none')
  const end = await submit(browser, page, { code: '123456', password: 'Second-pass2' })
  t.match(alarmOf(end), /^Invalid verification code/)
})

t.test('who was made by an administrator chooses a password first', async t => {
  const [jane] = users
  const made = {
    ...jane,
    username: 'jane',
    password: 'Given-pass1',
    status: 'FORCE_CHANGE_PASSWORD' as const,
  }
  const emulator = await testPool(t, {}, {}, { users: [made] })
  const browser = new PlainBrowser()
  const login = await browser.follow(authorizeUrl(emulator))
  const change = await submit(browser, login, { username: 'jane', password: 'Given-pass1' })
  t.equal(headingOf(change), 'Change password')
  t.notOk(browser.cookieHeader(emulator.domain).includes('cognito='), 'nobody is signed in yet')
  t.match(alarmOf(await submit(browser, change, { password: 'x' })), /not long enough/)
  t.ok(isBack(await submit(browser, change, { password: 'Chosen-pass1' })))
  const next = new PlainBrowser()
  const again = await next.follow(authorizeUrl(emulator))
  t.ok(isBack(await submit(next, again, { username: 'jane', password: 'Chosen-pass1' })))
})

t.test('a second factor: its code, once, and not after five guesses', async t => {
  const clock = { now: 1_700_000_000 }
  const withApp = users.map(user => ({ ...user, totpSecret: secret }))
  const emulator = await testPool(t, {}, { clock: () => clock.now }, { users: withApp })
  const begin = async () => {
    const browser = new PlainBrowser()
    const login = await browser.follow(authorizeUrl(emulator))
    const page = await submit(browser, login, { username: 'jane', password: 'Jane-pass1' })
    return { browser, page }
  }
  const { browser, page } = await begin()
  t.equal(headingOf(page), 'Enter your code')
  const code = totpCode(secret, clock.now)
  const give = (at: typeof browser, on: Answer, text: string) =>
    submit(at, on, { authentication_code: text })
  t.equal(alarmOf(await give(browser, page, otherCode(code))), 'Invalid code received for user')
  t.ok(isBack(await give(browser, page, code)))

  const second = await begin()
  const used = await give(second.browser, second.page, code)
  t.equal(alarmOf(used), 'Your software token has already been used once.')
  clock.now += 60
  const fresh = totpCode(secret, clock.now)
  for (let guess = 0; guess < 4; guess++) {
    t.ok(alarmOf(await give(second.browser, second.page, otherCode(fresh))))
  }
  t.match(alarmOf(await give(second.browser, second.page, fresh)), /^Invalid session/)
})

t.test('where everybody needs a second factor, the first sign-in sets one up', async t => {
  const emulator = await testPool(t, {}, {}, { mfa: 'on' })
  const browser = new PlainBrowser()
  const login = await browser.follow(authorizeUrl(emulator))
  const page = await submit(browser, login, { username: 'jane', password: 'Jane-pass1' })
  t.equal(headingOf(page), 'Set up an authenticator app')
  const [, shown = ''] = /<code>([A-Z2-7]{32})</.exec(page.body) ?? []
  t.match(page.body, `otpauth://totp/us-east-1_Emulator1:jane?secret=${shown}`)
  const now = () => Math.floor(Date.now() / 1000)
  t.ok(isBack(await submit(browser, page, { authentication_code: totpCode(shown, now()) })))
  const user = emulator.settings.users.find(({ username }) => username === 'jane')
  t.equal(user?.totpSecret, shown)
})

t.test('a disabled user is told so, after the right password alone', async t => {
  const emulator = await testPool(t)
  emulator.administration.update('jane', { enabled: false })
  const browser = new PlainBrowser()
  const login = await browser.follow(authorizeUrl(emulator))
  const wrong = await submit(browser, login, { username: 'jane', password: 'x' })
  t.equal(alarmOf(wrong), 'Incorrect username or password.')
  const right = await submit(browser, wrong, { username: 'jane', password: 'Jane-pass1' })
  t.equal(alarmOf(right), 'User is disabled.')
})

t.test('a page of another step, or with a foreign form, leads nowhere', async t => {
  const emulator = await testPool(t)
  const browser = new PlainBrowser()
  const login = await browser.follow(authorizeUrl(emulator))
  for (const path of [
    '/confirm',
    '/changePassword',
    '/mfa',
    '/mfaSetup',
    '/confirmforgotPassword',
  ]) {
    t.equal(headingOf(await browser.follow(besides(login, path))), 'Sign in', path)
  }
  const form = await browser.visit(besides(login, '/signup'))
  const foreign = await submit(browser, form, { ...newcomer, _csrf: 'guessed' })
  t.match(alarmOf(foreign), /too old/)
  t.notOk(emulator.settings.users.some(({ username }) => username === 'newcomer'))
})

t.test(
  'managed login asks for the user name first; the classic one knows no lang and prompt',
  async t => {
    const managed = await testPool(t, {}, {}, { loginPages: 'managed' })
    const browser = new PlainBrowser()
    const first = await browser.follow(authorizeUrl(managed, { lang: 'de' }))
    t.notMatch(first.body, 'name="password"')
    t.match(first.body, '>Weiter<')
    const second = await submit(browser, first, { username: 'jane' })
    t.match(second.body, 'name="password"')
    const wrong = await submit(browser, second, { username: 'jane', password: 'x' })
    t.equal(alarmOf(wrong), 'Benutzername oder Passwort falsch.')
    t.ok(isBack(await submit(browser, wrong, { username: 'jane', password: 'Jane-pass1' })))

    const classic = await testPool(t, {}, {}, { loginPages: 'classic' })
    const other = new PlainBrowser()
    const page = await other.follow(authorizeUrl(classic, { lang: 'de', prompt: 'none' }))
    t.match(page.body, '<html lang="en">')
    t.ok(isBack(await submit(other, page, { username: 'jane', password: 'Jane-pass1' })))
    const silent = await other.visit(authorizeUrl(classic, { prompt: 'login', max_age: '0' }))
    t.ok(isBack(silent), 'prompt=login is not known')
  },
)
