import fc from 'fast-check'
import t from 'tap'
import { GatewayError } from '../../src/errors.js'
import { parseRequestTarget } from '../../src/lib/request-target.js'
import { acceptedTargets, refusedTargets } from '../fixtures/targets.js'

t.test('accepts what has one reading', async t => {
  for (const [raw, path, query, why] of acceptedTargets) {
    t.strictSame(parseRequestTarget(raw), { raw, path, query, doubt: null }, why)
  }
})

t.test('refuses what has two', async t => {
  for (const [raw, why] of refusedTargets) {
    t.throws(() => parseRequestTarget(raw), { code: 'GW_ERR_TARGET_REFUSED', reason: /\w/ }, why)
  }
})

t.test('a refusal says why', async t => {
  const rows: [string, string][] = [
    ['*', 'not in origin form: it does not begin with a slash'],
    [`/${'a'.repeat(8192)}`, 'longer than 8192 bytes'],
    ['/a?b#c', 'query with a byte that must be encoded'],
    ['/a#c', 'path with a byte that must be encoded'],
    ['/a%zz', 'percent encoding that is broken or not UTF-8'],
    ['/a%5cb', 'encoded backslash'],
    ['/a%00b', 'encoded control character'],
    ['//a', 'empty segment at the beginning'],
    ['/a;x%2f..', 'encoded slash beside parameters'],
    ['/;a', 'segment of parameters alone'],
    ['/a/..', 'dot segment'],
    ['/%2561', 'encoded twice'],
  ]
  for (const [raw, reason] of rows) {
    t.throws(() => parseRequestTarget(raw), { code: 'GW_ERR_TARGET_REFUSED', reason }, reason)
  }
})

t.test('what is read in several ways comes with all of them', async t => {
  const slash = { encodedSlash: true, emptySegments: false }
  const empty = { encodedSlash: false, emptySegments: true }
  const both = { encodedSlash: true, emptySegments: true }
  const mark = { encodedSlash: false, emptySegments: false }
  const rows: [string, string, object, string[]][] = [
    // Data (RFC 3986 section 2.2), and the end of a name to who decodes before looking for it.
    ['/a%3Bb', '/a;b', mark, ['/a']],
    ['/a%3bb/c;d/e%3B', '/a;b/c/e;', mark, ['/a/c/e']],
    ['/a%23b/c', '/a#b/c', mark, ['/a']],
    ['/tags/%23new', '/tags/#new', mark, ['/tags/']],
    ['/who%3F', '/who?', mark, ['/who']],
    ['/a%3Bb/c%3fd/e', '/a;b/c?d/e', mark, ['/a/c?d/e', '/a;b/c', '/a/c']],
    ['/a//b%3fc', '/a//b?c', empty, ['/a/b?c', '/a//b', '/a/b']],
    ['/a%2fb%3fc', '/a/b?c', slash, ['/a%2Fb?c', '/a/b', '/a%2Fb']],
    ['/a%2fb', '/a/b', slash, ['/a%2Fb']],
    ['/a%2F%62%2fc', '/a/b/c', slash, ['/a%2Fb%2Fc']],
    ['/a//b', '/a//b', empty, ['/a/b']],
    ['/a//', '/a//', empty, ['/a/']],
    ['/a///b?q', '/a///b', empty, ['/a/b']],
    ['/a%2f%2fb', '/a//b', both, ['/a%2F%2Fb', '/a/b']],
    ['/a/%2fb', '/a//b', both, ['/a/%2Fb', '/a/b']],
    ['/a%2f//b', '/a///b', both, ['/a%2F//b', '/a/b', '/a%2F/b']],
    ['/a//b;x=1/c', '/a//b/c', empty, ['/a/b/c']],
  ]
  for (const [raw, path, kinds, otherPaths] of rows) {
    const target = parseRequestTarget(raw)
    t.equal(target.path, path, raw)
    const doubt = target.doubt && {
      ...target.doubt,
      otherPaths: [...target.doubt.otherPaths].sort(),
    }
    t.strictSame(doubt, { ...kinds, otherPaths: otherPaths.toSorted() }, raw)
  }
})

const piece = fc.constantFrom(
  ...['/', '//', '/a', '/admin', 'a', 'admin', 'é', ' ', '\\', '?', '#', '.', '..', ';', ';x'],
  ...['%', '%2', '%25', '%2e', '%2f', '%5c', '%3b', '%23', '%3f', '%61', '%00', '%ff', '%c3%a9'],
  ...['%252e', '%252f', '%255c', '%2561', '%253b', '%25%32%65', '%25%32%66', '2e', '61', '\t'],
)
const segment = fc.constantFrom('a', 'admin', '%61dmin', 'a;x', '..', '.%2e', '%3b', '')
const separator = fc.constantFrom('/', '/', '//', '%2f', '%2F', '/%2f')
const target = fc.oneof(
  fc.array(piece, { maxLength: 10 }).map(pieces => `/${pieces.join('')}`),
  fc
    .array(fc.tuple(segment, separator), { minLength: 1, maxLength: 4 })
    .map(segments => `/${segments.flat().join('')}`),
)

/** Ways in which applications read the path of a target that is forwarded to them. */
const upstreams: Record<string, (rawPath: string) => string> = {
  'WHATWG URL, then decoded': raw => cut(decode(new URL(raw, 'http://host').pathname)),
  'decoded, then normalised': raw => cut(normalise(decode(raw))),
  'parameters cut, decoded, normalised': raw => normalise(decode(cut(raw))),
  'parameters cut, decoded twice, normalised': raw => normalise(decode(decode(cut(raw)))),
  'encoded slashes as data': raw => cut(decodeSegments(raw)),
  'encoded slashes as data, runs of slashes as one': raw => normalise(cut(decodeSegments(raw))),
  'encoded slashes decoded, empty segments kept': raw => cut(decode(raw)),
  'decoded, then parsed as a target': raw => cut(decode(raw).split(/[?#]/)[0] ?? ''),
  'encoded slashes as data, then parsed as a target': raw =>
    normalise(cut(decodeSegments(raw).split(/[?#]/)[0] ?? '')),
  'backslashes as slashes': raw => normalise(decode(cut(raw)).replaceAll('\\', '/')),
}

for (const [name, read] of Object.entries(upstreams)) {
  t.test(`what is accepted has the same route to an application that reads: ${name}`, async t => {
    let [accepted, doubtful] = [0, 0]
    fc.assert(
      fc.property(target, raw => {
        const found = routeOf(raw)
        if (found === null) return true
        accepted++
        if (found.isDoubtful) doubtful++
        return found.route === route(read(raw.split('?')[0] ?? ''))
      }),
      { numRuns: 20_000 },
    )
    t.ok(accepted > 1000, 'and enough is accepted to say so')
    t.ok(doubtful > 100, 'in doubt too')
  })
}

t.test('whatever the bytes, nothing but the refusal is thrown', async t => {
  fc.assert(
    fc.property(fc.oneof(target, fc.string(), fc.string({ unit: 'binary' })), raw => {
      tryParse(raw)
      tryParse(`/${raw}`)
    }),
    { numRuns: 20_000 },
  )
  t.pass('held')
})

t.test('what is forwarded is what came, and reads the same again', async t => {
  fc.assert(
    fc.property(target, raw => {
      if (tryParse(raw) === null) return true
      const once = parseRequestTarget(raw)
      const again = parseRequestTarget(once.raw)
      return once.raw === raw && again.path === once.path && again.query === once.query
    }),
  )
  t.pass('held')
})

/** The route that all readings lead to, as `hooks/route` finds it where everything is allowed; null for refused. */
function routeOf(raw: string): { path: string; route: string; isDoubtful: boolean } | null {
  const path = tryParse(raw)
  if (path === null) return null
  const { doubt } = parseRequestTarget(raw)
  const found = route(path)
  if (doubt?.otherPaths.some(other => route(other) !== found)) return null
  return { path, route: found, isDoubtful: doubt !== null }
}

/** The path that we decide on, or null when it is refused; anything else thrown fails the test. */
function tryParse(raw: string): string | null {
  try {
    return parseRequestTarget(raw).path
  } catch (error) {
    if (error instanceof GatewayError && error.code === 'GW_ERR_TARGET_REFUSED') return null
    throw error
  }
}

/** The route of a path, among a few. */
function route(path: string): string {
  const routes = ['/admin/a', '/a/admin', '/admin', '/a']
  return routes.find(start => path === start || path.startsWith(`${start}/`)) ?? '/'
}

/** As lenient applications do it: what cannot be decoded stays. */
function decode(text: string): string {
  return text.replaceAll(/(?:%[0-9a-f]{2})+/gi, run => {
    try {
      return decodeURIComponent(run)
    } catch {
      return run
    }
  })
}

function decodeSegments(path: string): string {
  return path.split(/%2f/i).map(decode).join('%2F')
}

function cut(path: string): string {
  return path.replaceAll(/;[^/]*/g, '')
}

/** Dot segments resolved, slashes merged. */
function normalise(path: string): string {
  const kept: string[] = []
  for (const segment of path.split('/')) {
    if (segment === '..') kept.pop()
    else if (segment !== '' && segment !== '.') kept.push(segment)
  }
  return `/${kept.join('/')}`
}
