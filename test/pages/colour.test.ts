import t from 'tap'
import { colourForm, contrastOf, mix, textOn } from '../../src/pages/colour.js'

t.test('contrast, as WCAG computes it', async t => {
  t.equal(contrastOf('#000000', '#ffffff'), 21)
  t.equal(contrastOf('#fff', '#fff'), 1)
  t.equal(contrastOf('#777777', '#ffffff').toFixed(2), '4.48')
  t.equal(contrastOf('#ffffff', '#777777').toFixed(2), '4.48', 'either way round')
})

t.test('a colour between two', async t => {
  t.equal(mix('#ffffff', '#000000', 0.5), '#808080')
  t.equal(mix('#123456', '#abcdef', 1), '#123456')
  t.equal(mix('#fff', '#000', 0), '#000000')
})

t.test('what is read better on a colour', async t => {
  t.equal(textOn('#1f5fbf'), '#ffffff')
  t.equal(textOn('#ffeb3b'), '#000000')
})

t.test('what is a colour', async t => {
  for (const good of ['#1f5fbf', '#ABC']) t.match(good, colourForm)
  for (const bad of ['red', '#12', '#12345', '#1f5fbf; }', 'url(x)']) t.notMatch(bad, colourForm)
})
