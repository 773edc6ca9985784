import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { openViews, pageHeaders, type Views } from '../../src/lib/views.js'

const markup = `<script>alert(1)</script>"'&`

function folder(t: Test, files: Record<string, string>): string {
  const path = mkdtempSync(join(tmpdir(), 'views-'))
  t.teardown(() => rmSync(path, { recursive: true }))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(path, name), text)
  return path
}

t.test('what a page is given is printed as text', async t => {
  const views = openViews(folder(t, { 'style.css': 'a{}', 'p.eta': '<b title="<%= it.x %>">' }))
  t.equal(
    views('p', { x: markup }).html,
    '<b title="&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;">',
  )
})

t.test('the style is the file, whatever the data say', async t => {
  const views = openViews(folder(t, { 'style.css': 'a{}', 'p.eta': '<%~ it.style %>' }))
  t.equal(views('p', { style: markup }).html, 'a{}')
})

t.test('a missing template or stylesheet is an error', async t => {
  const views = openViews(folder(t, { 'style.css': '' }))
  t.throws(() => views('absent', {}))
  t.throws(() => openViews(folder(t, { 'p.eta': '' })), { code: 'ENOENT' })
})

t.test('the policy allows nothing but what the page needs', async t => {
  const path = folder(t, { 'style.css': 'a{}', 'p.eta': '<%= it.nonce %>' })
  const hash = createHash('sha256').update('a{}').digest('base64')
  const always = [
    "default-src 'none'",
    `style-src 'sha256-${hash}'`,
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ]
  const partsOf = (...given: Parameters<Views>) =>
    openViews(path)(...given).contentSecurityPolicy.split('; ')
  t.strictSame(partsOf('p', {}), always)
  t.strictSame(partsOf('p', {}, { formAction: ["'self'"], ancestors: ['https://a.example'] }), [
    ...always.slice(0, -1),
    "frame-ancestors 'self' https://a.example",
    "form-action 'self'",
  ])
  const images = openViews(path, { images: true })('p', {})
  t.match(images.contentSecurityPolicy, 'img-src data:')
  const usual = openViews(path, { formAction: ["'self'"] })('p', {})
  t.match(usual.contentSecurityPolicy, "form-action 'self'")
})

t.test(
  'a script has a nonce of its own on each page, and without being asked for none',
  async t => {
    const views = openViews(folder(t, { 'style.css': '', 'p.eta': '<%~ it.nonce %>' }))
    const [one, other] = [views('p', {}, { script: true }), views('p', {}, { script: true })]
    t.match(one.html, /^[A-Za-z0-9+/]{22}==$/)
    t.match(one.contentSecurityPolicy, `script-src 'nonce-${one.html}'`)
    t.not(one.html, other.html)
    t.notMatch(views('p', {}).contentSecurityPolicy, 'script-src')
  },
)

t.test('templates and styles can be laid over those of the folder', async t => {
  const path = folder(t, { 'style.css': 'a{}', 'p.eta': 'ours', 'q.eta': 'ours too' })
  const templates = new Map([['p', 'theirs <%~ it.style %>']])
  const views = openViews(path, { templates, style: 'b{}', addedStyle: 'c{}' })
  t.equal(views('p', {}).html, 'theirs b{}c{}')
  t.equal(views('q', {}).html, 'ours too')
})

t.test('no page is framed, sniffed, kept, or named to where it leads', async t => {
  t.strictSame(pageHeaders('policy'), {
    'content-type': 'text/html; charset=utf-8',
    'content-language': 'en',
    'content-security-policy': 'policy',
    'x-frame-options': 'DENY',
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cache-control': 'no-store',
    vary: 'Accept-Language',
  })
})
