import t from 'tap'
import { judge } from '../../bench/lib/goals.js'

const verdict = (...given: Parameters<typeof judge>) => judge(...given).slice(-2)

t.test('a ratio has to be reached, a cost must not be passed', async t => {
  t.strictSame(verdict('undici', 1.4), ['1.40', 'met, stretch too'])
  t.strictSame(verdict('undici', 1), ['1.00', 'met'])
  t.strictSame(verdict('undici', 0.99), ['0.99', 'NOT met'])
  t.strictSame(verdict('login-cached', 3), ['3.00 µs', 'met, stretch too'])
  t.strictSame(verdict('login-cached', 6), ['6.0 µs', 'met'])
  t.strictSame(verdict('login-cached', 6.1), ['6.1 µs', 'NOT met'])
})

t.test('what was not measured is not met', async t => {
  t.strictSame(verdict('nginx', undefined), ['not measured', ''])
  t.strictSame(verdict('nginx', 'not installed'), ['missing: not installed', 'missing'])
  t.strictSame(verdict('nginx', Number.NaN), ['NaN', 'NOT met'])
})
