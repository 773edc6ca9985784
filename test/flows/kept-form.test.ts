// A form that meets the end of its session: what comes back, to whom, and what is never done with it.
import { connect } from 'node:net'
import t from 'tap'
import { testGateway } from '../fixtures/gateway.js'
import { type Answer, PlainBrowser } from '../fixtures/plain-browser.js'
import { recordingUpstream } from '../fixtures/recording-upstream.js'
import { signIn } from '../fixtures/sign-in.js'

const form = {
  'content-type': 'application/x-www-form-urlencoded',
  'sec-fetch-site': 'same-origin',
}

const post = (url: string, body: string, headers: Record<string, string> = {}): Promise<Answer> =>
  new PlainBrowser().visit(url, {
    method: 'POST',
    headers: { ...form, origin: new URL(url).origin, ...headers },
    body,
  })

t.test('the form comes back in a page, 401, and nothing is forwarded', async t => {
  const { url, upstream, lines } = await testGateway(t)
  const answer = await post(`${url}/notes?id=7`, 'note=Tea+%3Cb%3E%22&a=1&a=2&__proto__=x')
  t.equal(answer.status, 401)
  t.match(answer.headers['www-authenticate'], /^Bearer resource_metadata=/)
  t.match(answer.body, '<form method="post" action="/notes?id=7" accept-charset="windows-1252">')
  t.match(answer.body, '<input type="hidden" name="note" value="Tea &lt;b&gt;&quot;">')
  t.match(answer.body, '<input type="hidden" name="__proto__" value="x">')
  t.match(answer.body, '/oauth2/start?rd=%2Foauth2%2Faccount%3Fform%3Dwaits')
  t.notMatch(answer.body, '<script')
  t.match(answer.headers, { 'cache-control': 'no-store', 'referrer-policy': 'same-origin' })
  const policy = String(answer.headers['content-security-policy'])
  t.match(policy, /frame-ancestors 'none'; form-action 'self'/)
  t.notMatch(policy, 'script-src')
  t.strictSame(upstream.seen, [])
  t.strictSame(answer.setCookies, [], 'no login is started, nothing is stored')
  t.notMatch(lines.join('\n'), /Tea|__proto__/)
  t.match(lines.join('\n'), 'a form went back to its person')
})

t.test('only what a page of this origin posted in a tab comes back', async t => {
  const { url } = await testGateway(t)
  const refused: [string, Record<string, string>][] = [
    ['another site', { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }],
    ['a sibling host', { 'sec-fetch-site': 'same-site', origin: 'http://other.localhost' }],
    ['nobody knows who', { 'sec-fetch-site': 'none' }],
    ['another origin in spite of what is said', { origin: 'https://evil.example' }],
    ['a script', { 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty' }],
    ['a frame', { 'sec-fetch-dest': 'iframe' }],
    ['a program', { authorization: 'Basic eDp5' }],
  ]
  for (const [why, headers] of refused) {
    const answer = await post(`${url}/notes`, 'note=canary', headers)
    t.equal(answer.status, 401, why)
    t.notMatch(answer.body, /canary|accept-charset/, why)
  }
  const own = await post(`${url}/notes`, 'note=canary', { origin: 'null' })
  t.match(own.body, 'canary', 'a page with Referrer-Policy: no-referrer')
})

t.test('a public route takes forms as ever', async t => {
  const { url, upstream } = await testGateway(t)
  t.equal((await post(`${url}/public/notes`, 'note=x')).status, 200)
  t.equal(upstream.seen.length, 1)
})

t.test('what cannot be kept is said', async t => {
  const { url, upstream } = await testGateway(t)
  const whole = await post(`${url}/notes`, `a=${'x'.repeat(65_534)}`)
  t.match(whole.body, 'accept-charset', '64 KB are kept')
  const large = await post(`${url}/notes`, `a=${'x'.repeat(65_535)}`)
  t.equal(large.status, 401)
  t.match(large.body, 'too large')
  const files = await post(`${url}/notes`, '--x--', {
    'content-type': 'multipart/form-data; boundary=x',
  })
  t.match(files.body, 'files in it')
  const odd = await post(`${url}/notes`, 'a=%0A')
  t.match(odd.body, 'cannot be kept')
  const packed = await post(`${url}/notes`, 'a=1', { 'content-encoding': 'gzip' })
  t.match(packed.body, 'cannot be kept')
  for (const { body } of [large, files, odd, packed]) {
    t.match(body, 'Your session had ended')
    t.notMatch(body, '<form')
  }
  t.strictSame(upstream.seen, [])
})

t.test('a chunked form is read as far as 64 KB', async t => {
  const { url } = await testGateway(t)
  const { port } = new URL(url)
  const ask = (chunks: readonly string[]) =>
    new Promise<string>((resolve, reject) => {
      const socket = connect(Number(port), 'localhost')
      let text = ''
      socket.setEncoding('utf8')
      socket.on('error', reject)
      socket.on('data', part => {
        text += part
      })
      socket.on('close', () => resolve(text))
      const head = [
        'POST /notes HTTP/1.1',
        `Host: localhost:${port}`,
        ...['Accept: text/html', 'Sec-Fetch-Mode: navigate', 'Sec-Fetch-Dest: document'],
        ...['Sec-Fetch-Site: same-origin', 'Content-Type: application/x-www-form-urlencoded'],
        ...['Transfer-Encoding: chunked', 'Connection: close'],
      ]
      socket.write(`${head.join('\r\n')}\r\n\r\n`)
      for (const chunk of chunks) socket.write(`${chunk.length.toString(16)}\r\n${chunk}\r\n`)
      socket.write('0\r\n\r\n')
    })
  t.match(await ask(['note=', 'Tea']), 'name="note" value="Tea"')
  t.match(await ask(['note=', 'x'.repeat(70_000)]), 'too large')
})

// A hundred bodies are held at once. One client that sent its own slowly held all of them.
t.test('one network holds a few places alone, and others are served', async t => {
  const { url } = await testGateway(t, {
    settings: { trustedProxies: ['127.0.0.0/8', '::1'] },
  })
  const from = async (address: string) => {
    const { body } = await post(`${url}/notes`, 'note=Tea', { 'x-forwarded-for': address })
    return body.includes('accept-charset')
  }
  const sockets = Array.from({ length: 5 }, (_, at) => {
    const socket = connect(Number(new URL(url).port), 'localhost')
    const head = [
      'POST /notes HTTP/1.1',
      `Host: ${new URL(url).host}`,
      `X-Forwarded-For: 2001:db8:0:1::${at}`,
      ...['Accept: text/html', 'Sec-Fetch-Mode: navigate', 'Sec-Fetch-Dest: document'],
      ...['Sec-Fetch-Site: same-origin', 'Content-Type: application/x-www-form-urlencoded'],
      'Content-Length: 100',
    ]
    socket.on('error', () => {})
    socket.write(`${head.join('\r\n')}\r\n\r\nnote=`)
    t.teardown(() => socket.destroy())
    return socket
  })
  while (await from('2001:db8:0:1::ffff')) await new Promise(setImmediate)
  t.ok(await from('2001:db8:0:2::1'), 'another network')
  sockets[0]?.destroy()
  while (!(await from('2001:db8:0:1::ffff'))) await new Promise(setImmediate)
  t.pass('a place that is given back is free')
})

t.test(
  'signed in too long ago for a route: the form comes back, with a sign-in that asks for the password',
  async t => {
    const { origin: upstream } = await recordingUpstream(t)
    const { url, clock } = await testGateway(t, {
      settings: { routes: [{ path: '/', access: { maxAuthAge: '15m' }, upstream }] },
    })
    const browser = new PlainBrowser()
    await signIn(browser, `${url}/`)
    const send = () =>
      browser.visit(`${url}/`, {
        method: 'POST',
        headers: { ...form, origin: url },
        body: 'note=x',
      })
    t.equal((await send()).status, 200)
    clock.offsetSeconds = 1000
    const answer = await send()
    t.equal(answer.status, 401)
    t.match(answer.body, 'form%3Dwaits&amp;prompt=login')
    const start = await browser.visit(`${url}/oauth2/start?rd=/&prompt=login`)
    t.match(start.location, /[?&]prompt=login/)
  },
)

t.test('the way through: form, sign-in in another tab, the same form again', async t => {
  const { url, clock, upstream } = await testGateway(t)
  const browser = new PlainBrowser()
  await signIn(browser, `${url}/`)
  clock.offsetSeconds = 50_000
  const body = 'note=Tea'
  const send = () =>
    browser.visit(`${url}/n`, { method: 'POST', headers: { ...form, origin: url }, body })
  const kept = await send()
  t.match(kept.body, 'Your form was not lost')
  clock.offsetSeconds = 0
  const account = await browser.follow(`${url}/oauth2/start?rd=%2Foauth2%2Faccount%3Fform%3Dwaits`)
  t.match(account.body, 'Go back to the tab with your form')
  upstream.seen.length = 0
  t.equal((await send()).status, 200)
  t.equal(upstream.seen.length, 1)
})
