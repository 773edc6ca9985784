import { readFileSync } from 'node:fs'
import t from 'tap'
import { ownPalettes, paletteStyle, unreadable } from '../../src/pages/palette.js'

t.test('our own colours can be read, and are those of the stylesheet', async t => {
  t.strictSame(unreadable(ownPalettes.light), [])
  t.strictSame(unreadable(ownPalettes.dark), [])
  const style = readFileSync(new URL('../../views/style.css', import.meta.url), 'utf8')
  const [day = '', night = ''] = [...style.matchAll(/:root \{[^}]*\}/g)].map(([rule]) => rule)
  for (const [rule, palette] of [
    [day, ownPalettes.light],
    [night, ownPalettes.dark],
  ] as const) {
    for (const [name, value] of Object.entries(palette)) {
      t.ok(
        [value, value.replace(/^#(.)\1(.)\2(.)\3$/, '#$1$2$3')].some(text =>
          rule.includes(`--${name}: ${text};`),
        ),
        name,
      )
    }
  }
})

t.test('what cannot be read is named with its contrast', async t => {
  t.strictSame(unreadable({ ...ownPalettes.light, accent: '#ffd54f' }), [
    'accent on card has a contrast of 1.4 and needs 4.5',
  ])
})

t.test('nothing changed, nothing added', async t => {
  t.equal(paletteStyle({}), '')
})

t.test('colours for the day stay out of the night', async t => {
  const style = paletteStyle({ light: { accent: '#00695c' } })
  const [day = '', night = ''] = style.split('@media')
  t.match(day, '--accent: #00695c; --on-accent: #ffffff;')
  t.match(night, `--accent: ${ownPalettes.dark.accent};`)
  t.notMatch(night, '#00695c')
})

t.test('colours for the night change nothing by day', async t => {
  t.match(paletteStyle({ dark: { page: '#000000' } }), /^@media \(prefers-color-scheme: dark\)/)
})
