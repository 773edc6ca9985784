import t from 'tap'
import { createIdentityLines } from '../../src/identity-headers/inject.js'
import { identitySettings } from '../../src/identity-headers/settings.js'
import { createSigned } from '../../src/identity-headers/signed.js'
import { alb } from '../../src/identity-headers/styles/alb.js'
import { session } from '../fixtures/session.js'

function counted() {
  const clock = { now: 1_800_000_000 }
  const made: { header: object; payload: object }[] = []
  const signed = createSigned({
    sign: (header, payload) => `token ${made.push({ header, payload })}`,
    ttlSeconds: 120,
    stamp: (iat, exp) => ({ header: { exp }, payload: { iat, exp } }),
    clock: () => clock.now,
  })
  return { signed, made, clock }
}

t.test(
  'the same saying is signed once, and anew while a third of its life is left twice',
  async t => {
    const { signed, made, clock } = counted()
    t.equal(signed({ a: 1 }, { sub: 'jane' }), 'token 1')
    clock.now += 39
    t.equal(signed({ a: 1 }, { sub: 'jane' }), 'token 1')
    clock.now += 1
    t.equal(signed({ a: 1 }, { sub: 'jane' }), 'token 2')
    t.strictSame(made[1], {
      header: { a: 1, exp: 1_800_000_160 },
      payload: { sub: 'jane', iat: 1_800_000_040, exp: 1_800_000_160 },
    })
  },
)

t.test('whoever says another thing gets another token', async t => {
  const { signed } = counted()
  const tokens = [
    signed({ a: 1 }, { sub: 'jane' }),
    signed({ a: 2 }, { sub: 'jane' }),
    signed({ a: 1 }, { sub: 'john' }),
    signed({ a: 1, sub: 'jane' }, {}),
  ]
  t.equal(new Set(tokens).size, 4)
})

t.test('what is remembered is bounded', async t => {
  const { signed, made } = counted()
  for (let n = 0; n < 5001; n++) signed({}, { n })
  signed({}, { n: 5000 })
  t.equal(made.length, 5001)
  signed({}, { n: 0 })
  t.equal(made.length, 5002, 'the oldest was forgotten')
})

t.test('lines with a token are made anew before it could be older than two thirds', async t => {
  const { signed, clock } = counted()
  const settings = {
    ...identitySettings.parse({ style: 'alb' }),
    signed: { alb: signed, assertion: signed },
  }
  const lines = createIdentityLines(
    [alb],
    settings,
    () => {},
    () => clock.now,
  )
  const jane = session()
  const first = lines(jane)
  clock.now += 39
  t.equal(lines(jane), first)
  clock.now += 1
  t.equal(lines(jane).at(-1), 'token 2')
})
