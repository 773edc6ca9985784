// The legacy application that `npm run dev` puts behind the gateway.
import { createHash } from 'node:crypto'
import { request as httpRequest } from 'node:http'
import { Readable } from 'node:stream'
import t, { type Test } from 'tap'
import { measureUpload } from '../../src/emulator/sample/upload.js'
import { startSampleApp } from '../../src/emulator/sample-app.js'

async function openApp(t: Test): Promise<string> {
  const app = await startSampleApp()
  t.teardown(() => app.close())
  return app.origin
}

const jane = {
  'x-forwarded-preferred-username': 'jane',
  'x-forwarded-email': 'jane@example.com',
  'x-forwarded-groups': 'staff,admins',
}

t.test('a person is greeted by the headers, and nobody as a guest', async t => {
  const origin = await openApp(t)
  const known = await (await fetch(origin, { headers: jane })).text()
  t.match(known, '<span id="visitor">jane</span>')
  t.match(known, 'jane@example.com')
  t.match(known, /<li>staff<\/li>\s*<li>admins<\/li>/)
  t.match(known, 'href="/oauth2/sign_out"')
  const unknown = await (await fetch(`${origin}/public`)).text()
  t.notMatch(unknown, 'sign_out')
})

t.test('names are UTF-8, and markup in them is shown, not obeyed', async t => {
  const origin = await openApp(t)
  const name = Buffer.from('<b>김</b>').toString('latin1')
  const page = await new Promise<string>((resolve, reject) => {
    const headers = { 'x-forwarded-preferred-username': name }
    httpRequest(origin, { headers }, async answer => {
      resolve(Buffer.concat(await Readable.from(answer).toArray()).toString('utf8'))
    })
      .once('error', reject)
      .end()
  })
  t.match(page, '&lt;b&gt;김&lt;/b&gt;')
})

t.test('notes are pinned by POST and 303, escaped, and only the newest 50 stay', async t => {
  const origin = await openApp(t)
  const pin = (text: string) =>
    fetch(`${origin}/notes`, {
      method: 'POST',
      headers: jane,
      body: new URLSearchParams({ text }),
      redirect: 'manual',
    })
  const answer = await pin('<script>1</script> 한국어')
  t.equal(answer.status, 303)
  t.equal(answer.headers.get('location'), '/')
  const first = await (await fetch(origin)).text()
  t.match(first, '&lt;script&gt;1&lt;/script&gt; 한국어')
  await pin('   ')
  t.equal((await (await fetch(origin)).text()).split('<article>').length, 2, 'no empty note')
  for (let n = 0; n < 50; n++) await pin(`note ${n}`)
  const full = await (await fetch(origin)).text()
  t.equal(full.split('<article>').length - 1, 50)
  t.notMatch(full, 'script&gt;')
  t.equal((await pin('x'.repeat(70_000))).status, 413)
  await fetch(`${origin}/admin/clear`, { method: 'POST', redirect: 'manual' })
  t.match(await (await fetch(origin)).text(), 'Nothing is pinned yet.')
})

t.test('an upload is measured: the file alone, not the form around it', async t => {
  const origin = await openApp(t)
  const bytes = Buffer.alloc(3_000_000, 'ab\r\n--')
  const form = new FormData()
  form.append('comment', 'a field before')
  form.append('file', new Blob([bytes]), 'report.bin')
  const page = await (await fetch(`${origin}/upload`, { method: 'POST', body: form })).text()
  t.match(page, '<strong>3000000</strong> bytes of report.bin')
  t.match(page, createHash('sha256').update(bytes).digest('hex'))
  const none = await fetch(`${origin}/upload`, { method: 'POST', body: new FormData() })
  t.equal(none.status, 400)
  t.equal((await fetch(`${origin}/upload`, { method: 'POST', body: 'x' })).status, 400)
})

t.test('a file is the same however its form is cut into chunks', async t => {
  const content = Buffer.from('line\r\n--not the boundary\r\n--B')
  const form = Buffer.concat([
    Buffer.from('--Bd\r\nContent-Disposition: form-data; name="f"; filename="a b.txt"\r\n\r\n'),
    content,
    Buffer.from('\r\n--Bd--\r\n'),
  ])
  const type = 'multipart/form-data; boundary=Bd'
  const sha256 = createHash('sha256').update(content).digest('hex')
  for (let size = 1; size <= form.length; size++) {
    const chunks = Array.from({ length: Math.ceil(form.length / size) }, (_, index) =>
      form.subarray(index * size, (index + 1) * size),
    )
    const upload = await measureUpload(Readable.from(chunks), type)
    t.strictSame(upload, { name: 'a b.txt', bytes: content.length, sha256 }, `${size} bytes each`)
  }
  const cut = Readable.from([form.subarray(0, form.length - 12)])
  t.equal(await measureUpload(cut, type), null, 'a file without an end is none')
})

t.test('pages that are not there, and methods that do not fit, are 404', async t => {
  const origin = await openApp(t)
  t.equal((await fetch(`${origin}/nothing`)).status, 404)
  t.equal((await fetch(`${origin}/public`, { method: 'DELETE' })).status, 404)
  t.equal((await fetch(`${origin}/public`, { method: 'HEAD' })).status, 200)
  const { headers } = await fetch(`${origin}/public`)
  t.match(headers.get('content-security-policy'), "default-src 'none'")
})
