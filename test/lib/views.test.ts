import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { openViews, pageHeaders, viewsFolder } from '../../src/lib/views.js'
import { en } from '../../src/texts/en.js'

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

const pages: [string, Record<string, unknown>][] = [
  [
    'error',
    {
      ...{ title: markup, message: markup, code: markup, id: markup, signIn: markup, home: true },
      ...{ otherAccount: markup, texts: en, language: markup },
    },
  ],
  ['signed-out', { title: markup, text: markup, again: markup, signIn: markup }],
  ['confirm-sign-out', { title: markup, action: markup, yes: markup, no: markup }],
]

t.test(
  'every page of the gateway prints text, and its policy allows just its own style',
  async t => {
    const views = openViews(viewsFolder, ["'self'"])
    for (const [name, data] of pages) {
      const { html, contentSecurityPolicy } = views(name, data)
      t.notMatch(html, /<script/i, name)
      t.match(html, '&lt;script&gt;')
      const styles = [...html.matchAll(/<style>(.*?)<\/style>/gs)].map(([, style]) => style ?? '')
      t.equal(styles.length, 1)
      const hash = createHash('sha256')
        .update(styles[0] ?? '')
        .digest('base64')
      t.match(contentSecurityPolicy, `style-src 'sha256-${hash}'`)
      t.notMatch(html, / style=|<link|<img|https?:/i, 'nothing from elsewhere')
    }
  },
)

t.test('the policy allows nothing else, and forms where they are told', async t => {
  const policy = (...formAction: [string[]?]) =>
    openViews(viewsFolder, ...formAction)('signed-out', { title: 'x', signIn: '/' })
      .contentSecurityPolicy.split('; ')
      .filter(part => !part.startsWith('style-src'))
  const always = [
    "default-src 'none'",
    'img-src data:',
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ]
  t.strictSame(policy(), always)
  t.strictSame(policy(["'self'", 'https://pool.example']), [
    ...always,
    "form-action 'self' https://pool.example",
  ])
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
