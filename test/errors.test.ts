import { STATUS_CODES } from 'node:http'
import t from 'tap'
import { type ErrorCode, errorTable, GatewayError, SettingsRefused } from '../src/errors.js'

const rows = Object.entries(errorTable) as [ErrorCode, (typeof errorTable)[ErrorCode]][]

t.test('every row has a status of a failure and three texts', async t => {
  for (const [code, { status, title, message, hint }] of rows) {
    t.match(code, /^GW_ERR_[A-Z]+(?:_[A-Z]+)*$/)
    t.ok(status >= 400 && STATUS_CODES[status] !== undefined, code)
    t.match(title, /^[A-Z].*[a-z]$/, `${code}: a heading without a full stop`)
    t.match(message, /\.$/, `${code}: sentences`)
    t.match(hint, /\.$/, `${code}: sentences`)
  }
})

t.test('the public reads nothing about the inside', async t => {
  const inside = /cognito|redis|upstream|token|cookie-|gateway_|[A-Z]{2,}_|csrf|jwt|oauth/i
  for (const [code, { title, message }] of rows) {
    if (code === 'GW_ERR_METHOD_REFUSED') continue
    t.notMatch(`${title} ${message}`, inside, code)
  }
})

t.test('an error knows its row, its reason and its cause', async t => {
  const cause = new Error('cause')
  const error = new GatewayError('GW_ERR_COGNITO_UNAVAILABLE', {
    reason: 'slow',
    cause,
    retryAfterSeconds: 7,
  })
  t.ok(error instanceof Error)
  t.equal(error.code, 'GW_ERR_COGNITO_UNAVAILABLE')
  t.equal(error.status, 503)
  t.equal(error.reason, 'slow')
  t.equal(error.retryAfterSeconds, 7)
  t.equal(error.cause, cause)
})

t.test('what an error was not given it does not have', async t => {
  const error = new GatewayError('GW_ERR_NOT_FOUND')
  t.equal(error.status, 404)
  t.equal(error.reason, undefined)
  t.equal(error.retryAfterSeconds, undefined)
  t.notOk('cause' in error)
  t.equal(new GatewayError('GW_ERR_NOT_FOUND', { reason: 'x' }).message, error.message)
})

t.test('the reason is not in the text that goes to the public', async t => {
  const error = new GatewayError('GW_ERR_INTERNAL', { reason: 'canary' })
  t.notMatch(error.message, 'canary')
  t.notMatch(String(error), 'canary')
})

t.test('refused settings say how many they are, and each what it is', async t => {
  t.equal(new SettingsRefused(['a']).message, '1 setting cannot be used')
  t.equal(new SettingsRefused(['a', 'b']).message, '2 settings cannot be used')
  t.strictSame(new SettingsRefused(['a', 'b']).complaints, ['a', 'b'])
})
