// "Your form was not lost", with a real browser: what arrives is what would have arrived.
import type { IncomingMessage } from 'node:http'
import t, { type Test } from 'tap'
import { fillSignIn, openChromium } from '../fixtures/chromium.js'
import { testGateway } from '../fixtures/gateway.js'
import { ready } from '../fixtures/ready.js'

const browser = openChromium(t)

interface Form {
  /** Markup of the fields. */
  readonly fields: string
  readonly charset?: string
  /** Runs before the form is sent. */
  readonly script?: string
}

/** An application with one form, which writes down the bytes of every body. */
async function withForm(t: Test, { fields, charset = 'utf-8', script = '' }: Form) {
  const gateway = await testGateway(t)
  await ready(gateway)
  const bodies: string[] = []
  gateway.upstream.answer = (request: IncomingMessage, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      if (request.method === 'POST') bodies.push(Buffer.concat(chunks).toString('latin1'))
      response.setHeader('content-type', `text/html; charset=${charset}`)
      response.end(
        `<!doctype html><title>form</title><form method="post" action="/save?a=1">${fields}<button>Save</button></form><p id="body">${request.method}</p><script>${script}</script>`,
      )
    })
  }
  const context = await (await browser).newContext({ locale: 'en-US' })
  const page = await context.newPage()
  const alerts: string[] = []
  context.on('dialog', dialog => {
    alerts.push(dialog.message())
    void dialog.dismiss()
  })
  await page.goto(`${gateway.url}/form`)
  await fillSignIn(page, 'jane', 'Jane-pass1')
  await page.waitForSelector('form')
  return { ...gateway, context, page, bodies, alerts }
}

/** Sends the form with a session and without, and gives back both bodies. */
async function sendTwice(t: Test, form: Form) {
  const { url, context, page, bodies, alerts } = await withForm(t, form)
  await page.getByRole('button', { name: 'Save' }).click()
  await page.waitForSelector('#body:text("POST")')
  await page.goto(`${url}/form`)
  await context.clearCookies({ name: /^cgw-session/ })
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByRole('heading', { name: 'Your form was not lost' }).waitFor()
  t.equal(bodies.length, 1, 'nothing was forwarded')

  const link = page.getByRole('link', { name: 'Sign in again in a new tab' })
  const [tab] = await Promise.all([context.waitForEvent('page'), link.click()])
  await tab.getByRole('status').waitFor()
  t.match(tab.url(), '/oauth2/account?form=waits', 'Cognito still knows the person')
  await page.getByRole('button', { name: 'Send the form' }).click()
  await page.waitForSelector('#body:text("POST")')
  t.equal(page.url(), `${url}/save?a=1`)
  t.strictSame(alerts, [], 'nothing was executed')
  t.equal(bodies.length, 2, 'it was forwarded once')
  return bodies as [string, string]
}

t.test('quotes, tags, newlines, 한국어, duplicates and odd names arrive byte for byte', async t => {
  const fields = `
    <textarea name="text">\n\nTwo lines\nand "quotes" 'too' &amp; <b onclick=alert(1)>tags</b></textarea>
    <textarea name="attack">"><script>alert(1)</script></textarea>
    <input name="한국어" value="가나다 🙂"><input name="a" value="2"><input name="a" value="1">
    <input name="__proto__" value="x"><input name="constructor"><input name="submit" value="y">
    <input name="action" value="z"><input name="método ñ" value="é ß €">
    <input type="hidden" name="_charset_"><input name="plus+and%20" value="+ %41 ~!*'()">`
  const [before, after] = await sendTwice(t, { fields })
  t.equal(after, before)
  t.match(before, '_charset_=UTF-8')
  t.match(before, 'text=%0D%0ATwo+lines%0D%0Aand+%22quotes%22')
})

t.test('a page in EUC-KR', async t => {
  const script = `document.forms[0].elements.n.value = '\\uAC00\\uB098\\uB2E4 \\u20AC'`
  const [before, after] = await sendTwice(t, {
    fields: '<input name="n">',
    charset: 'euc-kr',
    script,
  })
  t.equal(after, before)
  t.match(before, 'n=%B0%A1%B3%AA%B4%D9')
})

t.test('1,000 fields', async t => {
  const fields = Array.from({ length: 1000 }, (_, at) => `<input name="f${at % 10}" value="${at}">`)
  const [before, after] = await sendTwice(t, { fields: fields.join('') })
  t.equal(after, before)
  t.equal(before.split('&').length, 1000)
})

t.test('every byte there is, empty names, and NUL', async t => {
  const script = `document.forms[0].addEventListener('formdata', ({ formData }) => {
    formData.append('', 'no name')
    formData.append('nul', 'a' + String.fromCharCode(0) + 'b')
    formData.append('', '')
  })`
  const [before, after] = await sendTwice(t, { fields: '<input name="x" value="한">', script })
  t.equal(after, before)
  t.equal(before, 'x=%ED%95%9C&=no+name&nul=a%00b&=')
})

t.test('windows-1252 and its neighbours', async t => {
  const script = `document.forms[0].elements.all.value =
    Array.from({ length: 255 }, (_, at) => String.fromCharCode(at + 1)).join('') + '\\u20AC\\u201E\\u017D'`
  for (const charset of ['windows-1252', 'koi8-r']) {
    const [before, after] = await sendTwice(t, {
      fields: '<textarea name="all"></textarea>',
      charset,
      script,
    })
    t.equal(after, before, charset)
  }
})

t.test('without scripts', async t => {
  const { url, page, context, bodies } = await withForm(t, { fields: '<input name="a" value="1">' })
  const state = await context.storageState()
  await page.close()
  const plain = await context
    .browser()
    ?.newContext({ javaScriptEnabled: false, storageState: state })
  const still = await plain?.newPage()
  if (plain === undefined || still === undefined) throw new Error('the browser is gone')
  await still.goto(`${url}/form`)
  await plain.clearCookies({ name: /^cgw-session/ })
  await still.getByRole('button', { name: 'Save' }).click()
  const link = still.getByRole('link', { name: 'Sign in again in a new tab' })
  const [tab] = await Promise.all([plain.waitForEvent('page'), link.click()])
  await tab.getByRole('status').waitFor()
  await still.getByRole('button', { name: 'Send the form' }).click()
  await still.waitForSelector('#body:text("POST")')
  t.strictSame(bodies, ['a=1'])
})

t.test('a form of another site never comes back as one of ours', async t => {
  const { url, page, context } = await withForm(t, { fields: '' })
  await context.clearCookies({ name: /^cgw-session/ })
  const elsewhere = url.replace('localhost', '127.0.0.1')
  await page.route(`${elsewhere}/attack`, route =>
    route.fulfill({
      contentType: 'text/html',
      body: `<form method="post" action="${url}/save"><input name="a" value="canary"><button>Go</button></form>`,
    }),
  )
  await page.goto(`${elsewhere}/attack`)
  await page.getByRole('button', { name: 'Go' }).click()
  await page.getByRole('heading', { name: 'Please sign in' }).waitFor()
  t.notMatch(await page.content(), 'canary')
})
