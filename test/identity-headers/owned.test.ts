import fc from 'fast-check'
import t from 'tap'
import { isOwned } from '../../src/identity-headers/owned.js'
import { forwarded } from '../../src/identity-headers/styles/forwarded.js'

/** Every name in the contract, whichever style is on. */
const contract = [
  'X-Forwarded-User',
  'X-Forwarded-Preferred-Username',
  'X-Forwarded-Email',
  'X-Forwarded-Groups',
  'X-Forwarded-Access-Token',
  'X-Forwarded-For',
  'X-Forwarded-Proto',
  'X-Forwarded-Host',
  'X-Forwarded-Port',
  'X-Forwarded-Prefix',
  'X-Forwarded-Uri',
  'X-Forwarded-Method',
  'X-Forwarded-Server',
  'X-Forwarded-Client-Cert',
  'X-Auth-Request-User',
  'X-Auth-Request-Email',
  'X-Auth-Request-Groups',
  'X-Auth-Request-Preferred-Username',
  'X-Auth-Request-Access-Token',
  'X-Auth-Request-Redirect',
  'X-Amzn-Oidc-Identity',
  'X-Amzn-Oidc-Accesstoken',
  'X-Amzn-Oidc-Data',
  'Remote-User',
  'Remote-Groups',
  'Remote-Email',
  'Remote-Name',
  'X-Remote-User',
  'X-Original-Url',
  'X-Original-Uri',
  'X-Original-Host',
  'X-Rewrite-Url',
  'Forwarded',
  'X-Real-Ip',
  'X-Request-Id',
  'Proxy',
  'X-Middleware-Subrequest',
]

t.test('every name of the contract is owned', async t => {
  for (const name of contract) t.ok(isOwned(name), name)
  for (const name of forwarded.owns) t.ok(isOwned(name), name)
})

t.test(
  'an owned name stays owned under every spelling an application may fold together',
  async t => {
    const separator = fc.stringMatching(/^[-_.!#$%&'*+^`|~]{1,2}$/)
    const spelling = fc
      .constantFrom(...contract)
      .chain(name =>
        fc.tuple(
          fc.constant(name.split('-')),
          fc.array(separator, { minLength: 8, maxLength: 8 }),
          fc.array(fc.boolean(), { minLength: 64, maxLength: 64 }),
          fc.boolean(),
        ),
      )
      .map(([parts, separators, upper, edged]) => {
        const joined = parts.reduce((text, part, at) => text + separators[at - 1] + part)
        const cased = [...joined]
          .map((char, at) => (upper[at] ? char.toUpperCase() : char.toLowerCase()))
          .join('')
        return edged ? `_${cased}-` : cased
      })
    t.doesNotThrow(() => fc.assert(fc.property(spelling, name => isOwned(name))))
  },
)

// gunicorn before 22 and others read Content_Length as the length of the body.
t.test('a name that framing or the decision rests on has one spelling', async t => {
  const rows: [string, boolean][] = [
    ['Content-Length', false],
    ['CONTENT-length', false],
    ['Content_Length', true],
    ['content.length', true],
    ['Content--Length', true],
    ['Transfer_Encoding', true],
    ['Transfer-Encoding', false],
    ['Content_Type', true],
    ['Sec_Fetch_Site', true],
    ['Sec-Fetch-Site', false],
    ['Cookie_', true],
    ['Cookie', false],
    ['_Host', true],
    ['Authorization-', true],
    ['Content-Language', false],
    ['X-Content-Length', false],
  ]
  for (const [name, owned] of rows) t.equal(isOwned(name), owned, name)
})

t.test("a neighbour's name is the client's", async t => {
  for (const name of [
    'XForwarded-User',
    'X-Forwarded',
    'X-ForwardedUser',
    'Forwarded-For-Me',
    'Remote',
    'Remotely-User',
    'X-Request-Id-2',
    'X-Requested-With',
    'X-Real',
    'Proxy-Thing',
    'Authorization',
    'Origin',
    'User',
    'X-User',
    '__proto__',
    'constructor',
  ])
    t.notOk(isOwned(name), name)
})
