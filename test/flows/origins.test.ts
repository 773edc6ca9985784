// Several public origins behind one gateway: each has its own callback and its own cookies.
import t from 'tap'
import { request } from 'undici'
import { testGateway } from '../fixtures/gateway.js'

const navigation = {
  accept: 'text/html',
  'sec-fetch-mode': 'navigate',
  'sec-fetch-dest': 'document',
}

t.test(
  'the request chooses the origin: redirect URI, cookie names and forwarding headers follow',
  async t => {
    const { url, upstream } = await testGateway(t, {
      settings: { url: ['https://app.example.com', 'http://intranet.example.com'] },
    })
    const ask = async (path: string, host: string) => {
      const answer = await request(url + path, { headers: { ...navigation, host } })
      await answer.body.dump()
      const location = new URL(String(answer.headers.location ?? 'http://none'))
      return { answer, redirectUri: location.searchParams.get('redirect_uri') }
    }

    const secure = await ask('/page', 'app.example.com')
    t.equal(secure.redirectUri, 'https://app.example.com/oauth2/callback')
    t.match(
      secure.answer.headers['set-cookie'],
      /^__Host-cgw-login-[\w-]+=[\w-]+; Max-Age=3600; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
    )
    const plain = await ask('/page', 'intranet.example.com')
    t.equal(plain.redirectUri, 'http://intranet.example.com/oauth2/callback')
    t.match(
      plain.answer.headers['set-cookie'],
      /^cgw-login-[\w-]+=[\w-]+; Max-Age=3600; Path=\/; HttpOnly; SameSite=Lax$/,
    )

    await ask('/public', 'APP.example.com:8443')
    t.match(upstream.seen.at(-1)?.headers, {
      host: 'app.example.com',
      'x-forwarded-host': 'app.example.com',
      'x-forwarded-proto': 'https',
    })
  },
)

t.test('rd may lead from one public origin to another, and to those of login.returnTo', async t => {
  const { url } = await testGateway(t, {
    settings: {
      url: ['https://a.example.com', 'https://b.example.com'],
      login: { returnTo: ['https://docs.example.com'] },
    },
  })
  for (const [rd, expected] of [
    ['https://b.example.com/x', 302],
    ['https://docs.example.com/x', 302],
    ['https://c.example.com/x', 400],
  ] as const) {
    const query = new URLSearchParams({ rd })
    const headers = { ...navigation, host: 'a.example.com' }
    const answer = await request(`${url}/oauth2/start?${query}`, { headers })
    await answer.body.dump()
    t.equal(answer.statusCode, expected, rd)
  }
})
