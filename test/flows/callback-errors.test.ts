// What a person and the operator read when Cognito sends the browser back with an error.
import t from 'tap'
import { errorTable } from '../../src/errors.js'
import { testGateway } from '../fixtures/gateway.js'
import { PlainBrowser } from '../fixtures/plain-browser.js'
import { signInUpToCallback } from '../fixtures/sign-in.js'

t.test('errors at the callback: a plain page, and a log line with cause and remedy', async t => {
  const { url, lines } = await testGateway(t)
  const rows: [query: string, code: keyof typeof errorTable, logged: RegExp][] = [
    ['error=redirect_mismatch', 'GW_ERR_LOGIN_MISCONFIGURED', /Allowed callback URLs/],
    ['error=access_denied', 'GW_ERR_LOGIN_REFUSED', /the user cancelled/],
    ['error=access_denied&state=s', 'GW_ERR_LOGIN_REFUSED', /the user cancelled/],
    [
      'error_description=PreTokenGeneration+failed+with+error+canary.+&error=invalid_request',
      'GW_ERR_LOGIN_REFUSED',
      /CloudWatch.*canary/,
    ],
    [
      'error_description=User+is+disabled.&error=invalid_request',
      'GW_ERR_LOGIN_REFUSED',
      /Enable user access/,
    ],
    [
      'error_description=Rate+exceeded+canary&error=server_error',
      'GW_ERR_COGNITO_UNAVAILABLE',
      /throttles/,
    ],
    ['code=c&state=lost', 'GW_ERR_STATE_UNKNOWN', /not sealed with a key of this gateway/],
    ['code=c', 'GW_ERR_CALLBACK_INVALID', /state expected once/],
  ]
  for (const [query, code, logged] of rows) {
    const answer = await new PlainBrowser().visit(`${url}/oauth2/callback?${query}`, {
      headers: { accept: 'text/html' },
    })
    const { status, message } = errorTable[code]
    t.equal(answer.status, status, query)
    t.ok(answer.body.includes(message), `${query}: ${message}`)
    t.notMatch(answer.body, /canary|throttles|CloudWatch/, 'nothing of the link or the inside')
    t.match(lines.at(-1), logged, query)
  }
})

t.test(
  'errors of the token endpoint: a plain page, and a log line with cause and remedy',
  async t => {
    const json = { 'content-type': 'application/json' }
    const rows: [status: number, body: string, code: keyof typeof errorTable, logged: RegExp][] = [
      [400, '{"error":"invalid_client"}', 'GW_ERR_LOGIN_MISCONFIGURED', /COGNITO_CLIENT_SECRET/],
      [400, '{"error":"invalid_grant"}', 'GW_ERR_CODE_REFUSED', /older than five minutes/],
      [400, '{"error":"TooManyRequestsException"}', 'GW_ERR_COGNITO_UNAVAILABLE', /throttles/],
      [429, '{"message":"Rate exceeded"}', 'GW_ERR_COGNITO_UNAVAILABLE', /throttles/],
      [503, '{}', 'GW_ERR_COGNITO_UNAVAILABLE', /trouble of its own/],
    ]
    for (const [status, body, code, logged] of rows) {
      const { url, lines, emulator } = await testGateway(t)
      const browser = new PlainBrowser()
      const callback = await signInUpToCallback(browser, `${url}/a`)
      emulator.faults.set('/oauth2/token', { status, body, headers: json })
      const answer = await browser.visit(callback, { headers: { accept: 'text/html' } })
      t.equal(answer.status, errorTable[code].status, body)
      t.ok(answer.body.includes(errorTable[code].message), body)
      t.ok(
        lines.some(line => logged.test(line)),
        `${body}: ${logged}`,
      )
    }
  },
)
