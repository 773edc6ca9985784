import t from 'tap'
import { isNavigation } from '../../src/login/navigation.js'

const page = { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document', accept: 'text/html' }

t.test('Fetch Metadata decides first, then X-Requested-With, then Accept', async t => {
  const rows: [string, string, Parameters<typeof isNavigation>[1], boolean][] = [
    ['a page', 'GET', page, true],
    ['its head', 'HEAD', page, true],
    ['a posted form', 'POST', page, false],
    ['a prefetch', 'GET', { ...page, 'sec-purpose': 'prefetch;prerender' }, false],
    ['an old prefetch', 'GET', { ...page, purpose: 'prefetch' }, false],
    ['a frame', 'GET', { ...page, 'sec-fetch-dest': 'iframe' }, false],
    ['a fetch that accepts HTML', 'GET', { ...page, 'sec-fetch-mode': 'cors' }, false],
    ['an old browser', 'GET', { accept: 'text/html,*/*' }, true],
    ['an old script', 'GET', { accept: 'text/html', 'x-requested-with': 'XMLHttpRequest' }, false],
    ['a program', 'GET', { accept: '*/*' }, false],
    ['nothing said', 'GET', {}, false],
  ]
  for (const [name, method, headers, expected] of rows)
    t.equal(isNavigation(method, headers), expected, name)
})
