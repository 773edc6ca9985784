import t from 'tap'
import { acceptsHtml, isNavigation } from '../../src/login/navigation.js'

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
    ['no method', '', page, false],
    ['a method in small letters', 'get', page, false],
    ['a page for which no destination is named', 'GET', { 'sec-fetch-mode': 'navigate' }, true],
    ['a frame of the old kind', 'GET', { ...page, 'sec-fetch-dest': 'frame' }, false],
    ['an embedded object', 'GET', { ...page, 'sec-fetch-dest': 'object' }, false],
    ['a nested navigation', 'GET', { ...page, 'sec-fetch-mode': 'nested-navigate' }, false],
    ['an image', 'GET', { ...page, 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' }, false],
    ['an upgrade', 'GET', { ...page, 'sec-fetch-mode': 'websocket' }, false],
    ['an upgrade of a program', 'GET', { accept: 'text/html', upgrade: 'websocket' }, false],
    ['a page, whatever it accepts', 'GET', { ...page, accept: '*/*' }, true],
    ['a page that a framework calls', 'GET', { ...page, 'x-requested-with': 'app' }, true],
    ['a mode that came twice', 'GET', { ...page, 'sec-fetch-mode': ['navigate', 'cors'] }, false],
    ['a purpose that is another', 'GET', { ...page, 'sec-purpose': 'other' }, true],
    ['Accept in two lines', 'GET', { accept: ['text/html', '*/*'] }, true],
    ['a page posted by an old browser', 'POST', { accept: 'text/html' }, false],
  ]
  for (const [name, method, headers, expected] of rows)
    t.equal(isNavigation(method, headers), expected, name)
})

t.test('HTML is named in what browsers accept for pages', async t => {
  const rows: [string | string[] | undefined, boolean][] = [
    ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', true],
    [['application/json', 'text/html'], true],
    ['*/*', false],
    ['application/json', false],
    ['', false],
    [undefined, false],
  ]
  for (const [accept, expected] of rows) t.equal(acceptsHtml(accept), expected, String(accept))
})
