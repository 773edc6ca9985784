// People from external providers: the way there and back, what their tokens say, and every refusal.
import { decodeJwt } from 'jose'
import t, { type Test } from 'tap'
import type { EmulatorOptions } from '../../../src/emulator/app.js'
import type { PoolInput } from '../../../src/emulator/pool.js'
import { headingOf, isBack, submit } from '../../fixtures/hosted-ui.js'
import { type Answer, PlainBrowser } from '../../fixtures/plain-browser.js'
import {
  askToken,
  authorizeUrl,
  callbackUrl,
  publicId,
  testPool,
} from '../../fixtures/pool-client.js'

const grace = { id: '123', attributes: { email: 'grace@example.com', name: 'Grace' } }
const providers: PoolInput['providers'] = [
  { name: 'Google', type: 'Google', people: [grace] },
  { name: 'Facebook', type: 'Facebook', people: [grace] },
  {
    name: 'Corp',
    type: 'SAML',
    identifiers: ['corp.example.com'],
    people: [grace],
    issuer: 'urn:corp',
  },
]

async function setUp(t: Test, client = {}, options: EmulatorOptions = {}) {
  const emulator = await testPool(t, client, options, { providers })
  const browser = new PlainBrowser()
  const open = (changes: Record<string, string | null>) =>
    browser.follow(authorizeUrl(emulator, changes), isEnd)
  /** Chooses on a provider's page; gives the redirect back to the application. */
  const choose = async (page: Answer, fields: Record<string, string>) => {
    const [, action = ''] = /<form method="post" action="([^"]+)"/.exec(page.body) ?? []
    const [, RelayState = ''] = /name="RelayState" value="([^"]+)"/.exec(page.body) ?? []
    const target = action.replaceAll('&amp;', '&')
    const [, csrf = ''] = /name="_csrf" value="([^"]+)"/.exec(page.body) ?? []
    const answer = await browser.visit(target, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ _csrf: csrf, RelayState, ...fields }).toString(),
    })
    return answer.location === null || isEnd(answer)
      ? answer
      : browser.follow(answer.location ?? '', isEnd)
  }
  return { emulator, browser, open, choose }
}

function isEnd({ location }: Answer): boolean {
  return (location ?? '').startsWith(callbackUrl)
}

function queryOf({ location }: Answer): Record<string, string> {
  return Object.fromEntries(new URL(location ?? '').searchParams)
}

async function tokensOf(emulator: Parameters<typeof askToken>[0], answer: Answer) {
  const { code = '' } = queryOf(answer)
  const fields = { grant_type: 'authorization_code', client_id: publicId, code }
  return (await askToken(emulator, { ...fields, redirect_uri: callbackUrl })).body
}

t.test('identity_provider goes straight there; the tokens are as Cognito writes them', async t => {
  const { emulator, open, choose } = await setUp(t)
  const page = await open({ identity_provider: 'Google', login_hint: 'new@example.com' })
  t.equal(headingOf(page), 'Sign in with Google')
  t.match(page.body, 'value="new@example.com"', 'Google gets the hint')
  const back = await choose(page, { person: '123' })
  t.ok(isBack(back))
  const tokens = await tokensOf(emulator, back)
  const id = decodeJwt(tokens.id_token ?? '')
  t.match(id, {
    'cognito:username': 'Google_123',
    'cognito:groups': ['us-east-1_Emulator1_Google'],
    email: 'grace@example.com',
    email_verified: false,
    nonce: /^[0-9a-f-]{36}$/,
    identities: [
      {
        userId: '123',
        providerName: 'Google',
        providerType: 'Google',
        issuer: null,
        primary: 'true',
        dateCreated: /^\d{13}$/,
      },
    ],
  })
  t.match(decodeJwt(tokens.access_token ?? ''), { username: 'Google_123' })
  const headers = { authorization: `Bearer ${tokens.access_token}` }
  const info = (await (await fetch(`${emulator.domain}/oauth2/userInfo`, { headers })).json()) as {
    identities: string
  }
  t.match(JSON.parse(info.identities), [{ providerName: 'Google' }])
})

t.test(
  'the second time it is the same user, brought up to date; the session is silent',
  async t => {
    const { emulator, open, choose } = await setUp(t)
    const asked = { identity_provider: 'Google', prompt: 'login' }
    const person = { id: 'new.person', email: 'first@example.com', name: 'New' }
    await choose(await open(asked), person)
    const { sub } = emulator.settings.users.at(-1) ?? {}
    await choose(await open(asked), { ...person, email: 'second@example.com' })
    const user = emulator.settings.users.at(-1)
    t.match(user, {
      username: 'Google_new.person',
      sub,
      attributes: { email: 'second@example.com' },
    })
    t.ok(isBack(await open({})), 'the session of the hosted UI lives')
  },
)

t.test('the sign-in page lists the providers; idp_identifier names one as well', async t => {
  const { browser, open, choose } = await setUp(t)
  const login = await open({})
  const [, url = ''] = /class="button second" href="([^"]+=Corp)"/.exec(login.body) ?? []
  const page = await browser.follow(url.replaceAll('&amp;', '&'))
  t.equal(headingOf(page), 'Sign in with Corp')
  const same = await open({ idp_identifier: 'corp.example.com' })
  t.equal(headingOf(same), 'Sign in with Corp')
  const back = await choose(same, { person: '123' })
  t.ok(isBack(back), 'by way of /saml2/idpresponse')
})

t.test(
  'providers that the client has not are refused; a client with one alone goes there',
  async t => {
    const { open } = await setUp(t, { providers: ['COGNITO', 'Google'] })
    for (const asked of [{ identity_provider: 'Corp' }, { idp_identifier: 'corp.example.com' }]) {
      t.match(queryOf(await open(asked)), { error: 'invalid_request', state: 'S' })
    }
    t.equal(headingOf(await open({ identity_provider: 'COGNITO' })), 'Sign in')
    const only = await setUp(t, { providers: ['Google'] })
    t.equal(headingOf(await only.open({})), 'Sign in with Google')
    const login = authorizeUrl(only.emulator).replace('/oauth2/authorize', '/login')
    const page = await only.browser.visit(login)
    t.notMatch(page.body, 'name="password"')
    const forced = await submit(only.browser, page, {
      username: 'jane',
      password: 'Jane-pass1',
      _csrf: only.browser.cookieHeader(login).split('XSRF-TOKEN=')[1]?.split(';')[0] ?? '',
    })
    t.notOk(isBack(forced), 'no way around it')
  },
)

t.test('refusals come back in the words of Cognito', async t => {
  const { emulator, open, choose } = await setUp(t)
  const refused = await choose(await open({ identity_provider: 'Google' }), { refuse: 'yes' })
  t.match(queryOf(refused), { error: 'access_denied', state: 'S' })
  const nobody = await choose(await open({ identity_provider: 'Google' }), { id: '9' })
  t.match(
    nobody.location,
    'error_description=attributes+required%3A+%5Bemail%5D&state=S&error=invalid_request',
  )
  await choose(await open({ identity_provider: 'Facebook' }), { person: '123' })
  emulator.administration.update('Facebook_123', { enabled: false })
  const page = await open({ identity_provider: 'Facebook', prompt: 'login' })
  const disabled = await choose(page, { person: '123' })
  t.match(disabled.location, /error=invalid_request#_=_$/)
})

t.test('a pre-sign-up trigger that refuses is quoted, with SAML as a server error', async t => {
  const { open, choose } = await setUp(
    t,
    {},
    {
      triggers: {
        preSignUp() {
          throw new Error('not from here')
        },
      },
    },
  )
  const google = await choose(await open({ identity_provider: 'Google' }), { person: '123' })
  t.strictSame(queryOf(google), {
    error_description: 'PreSignUp failed with error not from here. ',
    state: 'S',
    error: 'invalid_request',
  })
  const saml = await choose(await open({ identity_provider: 'Corp' }), { person: '123' })
  t.strictSame(queryOf(saml), {
    error_description:
      'Invalid SAML response received: PreSignUp failed with error not from here. ',
    state: 'S',
    error: 'server_error',
  })
})

t.test(
  'a return that this browser did not begin, or that is used, ends at the error page',
  async t => {
    const { emulator, browser, open, choose } = await setUp(t)
    const page = await open({ identity_provider: 'Google' })
    const [, state = ''] = /name="RelayState" value="([^"]+)"/.exec(page.body) ?? []
    const stranger = new PlainBrowser()
    const back = `${emulator.domain}/oauth2/idpresponse?code=x&state=${state}`
    t.equal((await stranger.follow(back)).status, 400)
    t.equal((await choose(page, { person: '123' })).status, 400, 'the state is used up')
    t.equal((await browser.follow(`${emulator.domain}/oauth2/idpresponse`)).status, 400)
    const other = await open({ identity_provider: 'Google' })
    const foreign = await choose(other, { person: '123', _csrf: 'guessed' })
    t.equal(foreign.status, 400)
    t.notOk(emulator.settings.users.some(({ username }) => username.startsWith('Google_')))
  },
)

t.test('nobody signs in with a password as a user of a provider', async t => {
  const { emulator, open, choose } = await setUp(t)
  await choose(await open({ identity_provider: 'Google' }), { person: '123' })
  const browser = new PlainBrowser()
  const login = await browser.follow(authorizeUrl(emulator))
  for (const username of ['Google_123', 'grace@example.com']) {
    t.notOk(isBack(await submit(browser, login, { username, password: '' })), username)
  }
})
