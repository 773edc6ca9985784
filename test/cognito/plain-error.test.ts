import t from 'tap'
import { toPlainError } from '../../src/cognito/plain-error.js'
import { describeError } from '../../src/log.js'
import { assertSilent } from './fixtures/leaks.js'

t.test('class, code and text stay, of the causes too; properties do not', async t => {
  const reset = Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' })
  const error = Object.assign(new TypeError('fetch failed', { cause: reset }), {
    response: { body: 'the-refresh-token' },
  })
  const plain = toPlainError(error)
  assertSilent(t, plain, ['the-refresh-token'])
  t.match(describeError(plain), {
    message: 'TypeError: fetch failed',
    cause: { message: 'Error: read ECONNRESET', errorCode: 'ECONNRESET' },
  })
})

t.test('what could not be parsed is not quoted', async t => {
  const parse = () => JSON.parse('the-refresh-token')
  try {
    parse()
  } catch (error) {
    t.match((error as Error).message, /the-ref/, 'the engine quotes it')
    assertSilent(t, toPlainError(error), ['the-ref'])
  }
})

t.test('what is no error, and causes that never end', async t => {
  t.match(toPlainError('the-secret').message, /no error/)
  const circle = new Error('round')
  circle.cause = circle
  t.match(toPlainError(circle).message, 'Error: round')
})
