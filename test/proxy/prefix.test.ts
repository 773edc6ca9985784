import fc from 'fast-check'
import t from 'tap'
import { parseRequestTarget } from '../../src/lib/request-target.js'
import { createPathRestorer, createTargetRewriter } from '../../src/proxy/prefix.js'

t.test('the beginning is replaced by segments, and the rest stays byte for byte', async t => {
  const rows: [string, string, string, string][] = [
    ['/app', '/', '/app', '/'],
    ['/app', '/', '/app/', '/'],
    ['/app', '/', '/app?q', '/?q'],
    ['/app', '/', '/app/x%20y;v?q=/', '/x%20y;v?q=/'],
    ['/app', '/', '/%61pp;v=1/x', '/x'],
    ['/a/b', '/c', '/a/b/a/b', '/c/a/b'],
    ['/a/b', '/c', '/a/b', '/c'],
    ['/a', '/b/c', '/a/?q', '/b/c/?q'],
    ['/', '/b', '/', '/b/'],
    ['/', '/b', '/x', '/b/x'],
    ['/', '/', '/x', '/x'],
    ['/a', '/한 글', '/a/x', '/%ED%95%9C%20%EA%B8%80/x'],
  ]
  for (const [from, to, target, expected] of rows) {
    t.equal(createTargetRewriter({ from, to })(target), expected, `${from} ${to} ${target}`)
  }
})

t.test('what is left never begins as a host does', async t => {
  const rewrite = createTargetRewriter({ from: '/app', to: '/' })
  for (const target of ['/app//evil.example/x', '/app/%2fevil.example', '/app/%2Fevil.example']) {
    t.throws(
      () => rewrite(target),
      { code: 'GW_ERR_TARGET_REFUSED', reason: /two slashes/ },
      target,
    )
  }
  t.equal(rewrite('/app/x//y'), '/x//y')
})

t.test(
  'whatever comes behind it, the application reads a path below the new beginning',
  async t => {
    const rewrite = createTargetRewriter({ from: '/app', to: '/base' })
    const piece = fc.constantFrom(
      ...['/', '//', 'a', '.', '..', '%2e', '%2f', ';x', ';', '%61', '%5c', '\\', '?', '%25', '#'],
    )
    let accepted = 0
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), pieces => {
        const target = `/app/${pieces.join('')}`
        let rewritten: string
        try {
          parseRequestTarget(target)
          rewritten = rewrite(target)
        } catch {
          return true
        }
        accepted++
        const { pathname } = new URL(rewritten, 'http://app.example')
        return (
          pathname.startsWith('/base/') && parseRequestTarget(rewritten).path.startsWith('/base')
        )
      }),
      { numRuns: 5000 },
    )
    t.ok(accepted > 300, 'and enough is accepted to say so')
  },
)

t.test('paths of answers are led back, others stay', async t => {
  const rows: [string, string, string, string][] = [
    ['/app', '/', '/', '/app/'],
    ['/app', '/', '/x?q#f', '/app/x?q#f'],
    ['/a', '/b', '/b', '/a'],
    ['/a', '/b', '/b/x', '/a/x'],
    ['/a', '/b', '/b?q', '/a?q'],
    ['/a', '/b', '/bc', '/bc'],
    ['/a', '/b', '/', '/'],
    ['/', '/b', '/b', '/'],
    ['/', '/b', '/b/x', '/x'],
    ['/', '/b', '/b?q', '/?q'],
    ['/', '/b', '/b//evil.example', '/b//evil.example'],
    ['/보고서', '/', '/x', '/%EB%B3%B4%EA%B3%A0%EC%84%9C/x'],
  ]
  for (const [from, to, path, expected] of rows) {
    t.equal(createPathRestorer({ from, to })(path), expected, `${from} ${to} ${path}`)
  }
})
