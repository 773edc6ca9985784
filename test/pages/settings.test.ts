// Settings of the pages, with the files that they name.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { pagesSettings } from '../../src/pages/settings.js'

const svg = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><circle r="4"/></svg>'

function folder(t: Test, files: Record<string, string | Buffer>): string {
  const path = mkdtempSync(join(tmpdir(), 'pages-'))
  t.teardown(() => rmSync(path, { recursive: true }))
  for (const [name, content] of Object.entries(files)) writeFileSync(join(path, name), content)
  return path
}

function complaints(given: unknown): string[] {
  const { error } = pagesSettings.safeParse(given)
  return (error?.issues ?? []).map(({ path, message }) => `${path.join('.')}: ${message}`)
}

t.test('nothing has to be given', async t => {
  t.strictSame(pagesSettings.parse({}), { colors: {} })
})

t.test('a logo is told by its content and becomes a data URL', async t => {
  const png = Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), Buffer.alloc(20)])
  const path = folder(t, { 'a.svg': `<?xml version="1.0"?>\n${svg}`, 'b.dat': png })
  t.match(pagesSettings.parse({ logo: join(path, 'a.svg') }).logo, /^data:image\/svg\+xml;base64,/)
  t.equal(
    pagesSettings.parse({ logo: join(path, 'b.dat') }).logo,
    `data:image/png;base64,${png.toString('base64')}`,
  )
})

t.test('what is no logo, is too large or is not there', async t => {
  const path = folder(t, {
    'a.png': 'hello',
    'b.svg': svg + ' '.repeat(9000),
    'c.html': '<html><svg></svg></html>',
  })
  t.match(complaints({ logo: join(path, 'a.png') }), [/is no SVG, PNG, JPEG or WebP picture/])
  t.match(complaints({ logo: join(path, 'c.html') }), [/is no SVG/])
  t.match(complaints({ logo: join(path, 'b.svg') }), [/has \d+ bytes; at most 8192/])
  t.match(complaints({ logo: join(path, 'absent') }), [/cannot be read \(ENOENT\)/])
})

t.test('colours are colours that people can read', async t => {
  t.strictSame(pagesSettings.parse({ colors: { light: { accent: '#00695C' } } }).colors, {
    light: { accent: '#00695c' },
  })
  t.match(complaints({ colors: { light: { accent: 'teal' } } }), [/expected a colour/])
  t.match(complaints({ colors: { dark: { accent: '#222222' } } }), [/contrast of 1\.\d and needs/])
  t.match(complaints({ colors: { light: { acent: '#000' } } }), [/nrecognized key/])
})

t.test('texts by the names of ours', async t => {
  const texts = {
    en: { signedOut: { title: 'Bye' }, errors: { GW_ERR_FORBIDDEN: { message: 'Ask.' } } },
  }
  t.strictSame(pagesSettings.parse({ texts }).texts, texts)
  t.match(complaints({ texts: { fr: {} } }), [/nrecognized key/])
  t.match(complaints({ texts: { en: { signedOut: { heading: 'x' } } } }), [/nrecognized key/])
  t.match(complaints({ texts: { en: { errors: { GW_ERR_FORBIDDEN: { hint: 'x' } } } } }), [
    /nrecognized key/,
  ])
  t.match(complaints({ texts: { ko: { signIn: '' } } }), [/^texts\.ko\.signIn/])
})

t.test('a folder of templates: those that replace one of ours, each tried', async t => {
  const path = folder(t, {
    'signed-out.eta': '<p><%= it.texts.signedOut.title %> <%= it.site.title %></p>',
    'style.css': 'p{}',
    'notes.txt': 'ignored',
  })
  mkdirSync(join(path, 'images'))
  const { folder: own } = pagesSettings.parse({ folder: path })
  t.strictSame([...(own?.templates.keys() ?? [])], ['signed-out'])
  t.equal(own?.style, 'p{}')
})

t.test('a template with an error stops the start and says where', async t => {
  const broken = folder(t, { 'account.eta': '<p><%= it.nothing.at.all %></p>' })
  t.match(complaints({ folder: broken }), [
    /^folder: the page account cannot be rendered: account\.eta, line 1: Cannot read properties of undefined/,
  ])
  const unclosed = folder(t, { 'error.eta': '<p><%= it.code </p>' })
  t.match(complaints({ folder: unclosed }), [/the page error cannot be rendered/])
  const layout = folder(t, { 'layout.eta': '<% oops %>' })
  t.match(complaints({ folder: layout }), [/cannot be rendered/])
  const strange = folder(t, { 'signedout.eta': '' })
  t.match(complaints({ folder: strange }), [
    /signedout\.eta replaces nothing; there are: .*signed-out\.eta/,
  ])
  t.match(complaints({ folder: '/absent' }), [/cannot be read \(ENOENT\)/])
})
