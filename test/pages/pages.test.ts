// Every page with every sample: what it prints, what it may do, how large it is.
import { createHash } from 'node:crypto'
import t from 'tap'
import type { PageFacts, PageName } from '../../src/pages/page.js'
import { createPages } from '../../src/pages/pages.js'
import { pageNames, samples } from '../../src/pages/samples.js'
import type { PagesSettings } from '../../src/pages/settings.js'
import { type Language, textsByLanguage } from '../../src/texts/table.js'

const markup = `<script>alert(1)</script>"'&`
const origins = { logout: 'https://pool.example', embedders: [], after: ['https://app.example'] }
const languages = Object.keys(textsByLanguage) as Language[]

function pagesWith(settings: Partial<PagesSettings> = {}) {
  const errors: unknown[] = []
  const log = { error: (...line: unknown[]) => void errors.push(line) }
  return { pages: createPages({ settings: { colors: {}, ...settings }, origins, log }), errors }
}

/** Every page in every language. */
function everyPage(settings: Partial<PagesSettings> = {}) {
  const { pages } = pagesWith(settings)
  return languages.flatMap(language =>
    pageNames.flatMap(name =>
      samples[name].map(facts => ({
        name: `${name} ${language}`,
        ...pages.render(name, language, facts as never, 'carrier' in facts),
      })),
    ),
  )
}

t.test('a whole document in its language, below 20 KB, with nothing from elsewhere', async t => {
  for (const { name, html, headers } of everyPage()) {
    t.match(html, /^<!doctype html>\n<html lang="(?:en|ko|ja)">/, name)
    t.match(html, /<h1>[^<]+<\/h1>/, name)
    t.ok(Buffer.byteLength(html) < 10_000, `${name}: ${Buffer.byteLength(html)}`)
    t.notMatch(html, / style=|<link|<img|undefined|\[object|<a [^>]*href="http(?!s:\/\/wiki)/, name)
    const [style = ''] = /(?<=<style>)[\s\S]*(?=<\/style>)/.exec(html) ?? []
    const hash = createHash('sha256').update(style).digest('base64')
    t.match(headers['content-security-policy'], `style-src 'sha256-${hash}'`, name)
    t.match(headers['content-security-policy'], /^default-src 'none'; .*form-action '/, name)
    t.notMatch(headers['content-security-policy'], /unsafe|img-src/, name)
  }
})

t.test('only the pages that need it have a script, with a nonce', async t => {
  for (const { name, html, headers } of everyPage()) {
    const scripts = [...html.matchAll(/<script nonce="([^"]+)">/g)]
    t.equal(scripts.length, [...html.matchAll(/<script/g)].length, name)
    if (scripts.length === 0) continue
    t.match(headers['content-security-policy'], `script-src 'nonce-${scripts[0]?.[1]}'`, name)
    t.match(name, /kept-form|keep-fragment|landing/)
  }
})

t.test('whatever a page is given is printed as text', async t => {
  const { pages } = pagesWith()
  const spoil = (value: unknown): unknown => {
    if (typeof value === 'string') return markup
    if (Array.isArray(value)) return value.map(spoil)
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, spoil(part)]))
  }
  /** These choose what is shown and come from no request. */
  const fixed = ['code', 'carrier', 'why', 'others']
  for (const name of pageNames) {
    for (const facts of samples[name]) {
      const kept = Object.entries(facts).filter(
        ([key, value]) => fixed.includes(key) && typeof value === 'string',
      )
      const spoilt = { ...(spoil(facts) as object), ...Object.fromEntries(kept) }
      const { html } = pages.render(name, 'en', spoilt as never)
      t.notMatch(html, '<script>alert', name)
      t.notMatch(html, /="[^"]*<script>/, name)
    }
  }
})

t.test('pages whose forms prove their origin say where they come from', async t => {
  const { pages } = pagesWith()
  const policyOf = <Name extends PageName>(name: Name) => {
    const { headers } = pages.render(name, 'en', samples[name][0] as PageFacts[Name])
    const form = /form-action ([^;]*)/.exec(headers['content-security-policy'] ?? '')?.[1]
    return { referrer: headers['referrer-policy'], form }
  }
  const own = { referrer: 'same-origin', form: "'self' https://pool.example" }
  t.strictSame(policyOf('account'), own)
  t.strictSame(policyOf('confirm-sign-out'), own)
  t.strictSame(policyOf('kept-form'), { ...own, form: "'self' https://app.example" })
  t.strictSame(policyOf('signed-out'), { referrer: 'no-referrer', form: "'self'" })
})

t.test('title, logo, colours and texts of the site', async t => {
  const logo = 'data:image/png;base64,AAAA'
  const texts = { ko: { signedOut: { title: '안녕히 가세요' } } }
  const { pages } = pagesWith({
    ...{ title: `Intranet ${markup}`, logo, texts },
    colors: { light: { accent: '#00695c' } },
  })
  const { html, headers } = pages.render('signed-out', 'ko', { signIn: '/' })
  t.match(html, '<title>안녕히 가세요 · Intranet &lt;script&gt;')
  t.match(html, `<img src="${logo}" alt="">`)
  t.match(html, '--accent: #00695c')
  t.match(html, textsByLanguage.ko.signedOut.text, 'the other texts are ours')
  t.match(headers['content-security-policy'], 'img-src data:')
  t.match(pages.render('signed-out', 'en', { signIn: '/' }).html, 'You are signed out')
})

t.test(
  'a template of the site that fails later gives way to ours, and the log says so',
  async t => {
    const templates = new Map([['signed-out', '<% if (it.signIn === "/late") oops() %>theirs']])
    const { pages, errors } = pagesWith({ folder: { templates, style: undefined } })
    t.equal(pages.render('signed-out', 'en', { signIn: '/' }).html, 'theirs')
    t.match(pages.render('signed-out', 'en', { signIn: '/late' }).html, 'You are signed out')
    t.match(errors, [[{ page: 'signed-out' }, /ours was used/]])
  },
)
