import t from 'tap'
import { sourceOf } from '../../src/lib/request-source.js'

const own = ['https://a.example', 'https://b.example']

t.test('Fetch Metadata first, then Origin', async t => {
  const rows: [site: string | undefined, origin: string | undefined, expected: string][] = [
    ['same-origin', undefined, 'own'],
    ['same-origin', 'https://a.example', 'own'],
    ['none', undefined, 'own'],
    ['cross-site', 'https://a.example', 'foreign'],
    ['cross-site', undefined, 'foreign'],
    ['same-site', 'https://b.example', 'own'],
    ['same-site', 'https://c.example', 'foreign'],
    ['same-site', undefined, 'foreign'],
    [undefined, 'https://a.example', 'own'],
    [undefined, 'https://a.example.evil', 'foreign'],
    [undefined, 'http://a.example', 'foreign'],
    [undefined, 'null', 'foreign'],
    [undefined, undefined, 'unsaid'],
    ['anything', undefined, 'foreign'],
  ]
  for (const [site, origin, expected] of rows) {
    const headers = {
      ...(site === undefined ? {} : { 'sec-fetch-site': site }),
      ...(origin === undefined ? {} : { origin }),
    }
    t.equal(sourceOf(headers, own), expected, `${site} ${origin}`)
  }
})
