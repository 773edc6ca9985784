// What the pages of failures offer, and that they look as the settings say.
import { connect } from 'node:net'
import t from 'tap'
import { testGateway } from '../fixtures/gateway.js'
import { PlainBrowser } from '../fixtures/plain-browser.js'

t.test('what passes by itself can be asked for again, where nothing is sent twice', async t => {
  const { url } = await testGateway(t, {
    settings: { routes: [{ path: '/', access: 'public', upstream: 'http://127.0.0.1:1' }] },
  })
  const browser = new PlainBrowser()
  const page = await browser.visit(`${url}/report?year=2026&x=%22`)
  t.equal(page.status, 502)
  t.match(page.body, '<a class="button" href="/report?year=2026&amp;x=%22">Try again</a>')
  const posted = await browser.visit(`${url}/report`, {
    method: 'POST',
    headers: { referer: `${url}/form`, 'sec-fetch-site': 'same-origin' },
    body: 'x',
  })
  t.equal(posted.status, 502)
  t.notMatch(posted.body, 'Try again')
  const missing = await browser.visit(`${url}/oauth2/nothing`)
  t.equal(missing.status, 404)
  t.notMatch(missing.body, 'Try again', 'what does not pass by itself')
})

t.test('title, colours and texts are those of the settings, on every kind of page', async t => {
  const { url } = await testGateway(t, {
    settings: {
      pages: {
        title: 'Intranet <1>',
        colors: { light: { accent: '#00695c' } },
        texts: {
          en: {
            signedOut: { title: 'Goodbye' },
            errors: { GW_ERR_NOT_FOUND: { message: 'Ask Ann.' } },
          },
        },
      },
    },
  })
  const browser = new PlainBrowser()
  const signedOut = await browser.visit(`${url}/oauth2/signed_out`)
  t.match(signedOut.body, '<title>Goodbye · Intranet &lt;1&gt;</title>')
  t.match(signedOut.body, '--accent: #00695c')
  t.match((await browser.visit(`${url}/oauth2/nothing`)).body, '<p>Ask Ann.</p>')
  const json = await browser.fetch(`${url}/oauth2/nothing`)
  t.notMatch(json.body, 'Ann', 'programs read what does not change')

  const { port } = new URL(url)
  const refused = await new Promise<string>((resolve, reject) => {
    const socket = connect(Number(port), 'localhost', () => {
      socket.write(`GET / HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(40_000)}\r\n\r\n`)
    })
    let text = ''
    socket.setEncoding('utf8').on('data', part => {
      text += part
    })
    socket.on('error', reject).on('close', () => resolve(text))
  })
  t.match(refused, /^HTTP\/1\.1 431 /)
  t.match(refused, '· Intranet &lt;1&gt;</title>', 'also where there was no request to read')
})
