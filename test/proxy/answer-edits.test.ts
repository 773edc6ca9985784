import t from 'tap'
import { createAnswerEdits } from '../../src/proxy/answer-edits.js'

const nothing = { publicOrigin: 'https://app.example', ownHost: null, prefix: null, set: {} }
const moved = { ...nothing, prefix: { from: '/app', to: '/' } }

/** One header line after the changes. */
function edited(options: Parameters<typeof createAnswerEdits>[0], name: string, value: string) {
  return createAnswerEdits(options)?.([name, value])[1]
}

t.test('a route that changes nothing has no editor', async t => {
  t.equal(createAnswerEdits(nothing), null)
  t.type(createAnswerEdits(moved), 'function')
})

t.test('addresses are led back to where the public finds them', async t => {
  const own = { ...nothing, ownHost: 'legacy:8080' }
  const both = { ...own, prefix: { from: '/app', to: '/' } }
  const rows: [typeof both | typeof moved | typeof own, string, string][] = [
    [moved, '/x?next=/y', '/app/x?next=/y'],
    [moved, 'x', 'x'],
    [moved, '../x', '../x'],
    [moved, '?q', '?q'],
    [moved, '', ''],
    [moved, 'https://app.example/x', 'https://app.example/app/x'],
    [moved, 'http://APP.example/x', 'https://app.example/app/x'],
    [moved, 'https://app.example', 'https://app.example/app/'],
    [moved, 'https://app.example:8443/x', 'https://app.example:8443/x'],
    [moved, 'https://login.example/x', 'https://login.example/x'],
    [moved, 'https://app.example.evil/x', 'https://app.example.evil/x'],
    [moved, 'https://user@app.example/x', 'https://user@app.example/x'],
    [moved, '//login.example/x', '//login.example/x'],
    [moved, '/\\login.example/x', '/\\login.example/x'],
    [moved, 'mailto:a@app.example', 'mailto:a@app.example'],
    [own, 'http://legacy:8080/x', 'https://app.example/x'],
    [own, '//legacy:8080/x', 'https://app.example/x'],
    [own, 'http://legacy:8080?q', 'https://app.example/?q'],
    [own, 'http://legacy/x', 'http://legacy/x'],
    [own, '/x', '/x'],
    [both, 'http://legacy:8080/x', 'https://app.example/app/x'],
  ]
  for (const [options, address, expected] of rows) {
    for (const name of ['Location', 'content-location']) {
      t.equal(edited(options, name, address), expected, `${name}: ${address}`)
    }
  }
  t.equal(edited(moved, 'X-Location', '/x'), '/x')
})

t.test('Refresh in the ways that browsers read it', async t => {
  const rows: [string, string][] = [
    ['5; url=/x', '5; url=/app/x'],
    ['0;URL=/x', '0;URL=/app/x'],
    ['0, /x', '0, /app/x'],
    ["3; url='/x'", "3; url='/app/x'"],
    ['3; url="https://app.example/x"', '3; url="https://app.example/app/x"'],
    ['5', '5'],
    ['5; url=https://login.example/', '5; url=https://login.example/'],
  ]
  for (const [value, expected] of rows) t.equal(edited(moved, 'Refresh', value), expected, value)
})

t.test('paths of cookies, and nothing else in them', async t => {
  const rows: [string, string][] = [
    ['a=1; Path=/', 'a=1; Path=/app'],
    ['a=1; path=/x; Secure', 'a=1; path=/app/x; Secure'],
    ['a=/x; HttpOnly', 'a=/x; HttpOnly'],
    ['a=1; Path=', 'a=1; Path='],
    ['a=1; Path=x', 'a=1; Path=x'],
    ['a=1; Path=/x; Path=/y', 'a=1; Path=/app/x; Path=/app/y'],
    ['path=/x', 'path=/x'],
    ['__Host-a=1; Secure; Path=/', '__Host-a=1; Secure; Path=/'],
  ]
  for (const [line, expected] of rows) t.equal(edited(moved, 'Set-Cookie', line), expected, line)
  const own = { ...nothing, ownHost: 'legacy:8080' }
  t.equal(edited(own, 'Set-Cookie', 'a=1; Path=/'), 'a=1; Path=/', 'where paths are the same')
})

t.test('headers are set once in place of all that came, or taken away', async t => {
  const edit = createAnswerEdits({ ...nothing, set: { 'X-A': '한', Server: null } })
  t.strictSame(edit?.(['x-a', '1', 'X-B', '2', 'X-A', '3', 'SERVER', 'Legacy']), [
    ...['X-B', '2'],
    ...['X-A', Buffer.from('한').toString('latin1')],
  ])
})
