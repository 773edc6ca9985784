import t from 'tap'
import { explainCallbackError, explainTokenError, toReason } from '../../src/cognito/explain.js'

t.test('errors at the callback', async t => {
  const rows: [string, string | null, string, RegExp][] = [
    ['invalid_request', 'invalid_scope', 'GW_ERR_LOGIN_MISCONFIGURED', /scope of COGNITO_SCOPES/],
    ['invalid_scope', null, 'GW_ERR_LOGIN_MISCONFIGURED', /scope of COGNITO_SCOPES/],
    ['invalid_request', 'unauthorized_client', 'GW_ERR_LOGIN_MISCONFIGURED', /code grant/],
    ['unauthorized_client', null, 'GW_ERR_LOGIN_MISCONFIGURED', /code grant/],
    ['redirect_mismatch', null, 'GW_ERR_LOGIN_MISCONFIGURED', /not registered/],
    ['access_denied', null, 'GW_ERR_LOGIN_REFUSED', /cancelled/],
    ['login_required', null, 'GW_ERR_LOGIN_REFUSED', /prompt=none/],
    ['invalid_request', null, 'GW_ERR_LOGIN_REFUSED', /trigger/],
    ['invalid_request', 'attributes required: [email]', 'GW_ERR_LOGIN_REFUSED', /attributes/],
    ['invalid_request', 'PreSignUp failed with error no. ', 'GW_ERR_LOGIN_REFUSED', /trigger/],
    ['server_error', null, 'GW_ERR_COGNITO_UNAVAILABLE', /trouble/],
    ['temporarily_unavailable', null, 'GW_ERR_COGNITO_UNAVAILABLE', /trouble/],
    ['surprise', null, 'GW_ERR_LOGIN_REFUSED', /./],
    ['__proto__', 'constructor', 'GW_ERR_LOGIN_REFUSED', /./],
  ]
  for (const [error, description, code, cause] of rows) {
    const explanation = explainCallbackError(error, description)
    t.equal(explanation.code, code, `${error} ${description}`)
    t.match(explanation.cause, cause, `${error} ${description}`)
    t.not(explanation.remedy, '')
  }
})

t.test('no description decides, but for the two exact ones', async t => {
  for (const description of ['server_error', 'access_denied', 'Invalid_Scope', 'invalid_scope ']) {
    const { code } = explainCallbackError('invalid_request', description)
    t.equal(code, 'GW_ERR_LOGIN_REFUSED', description)
  }
})

t.test('errors of the token endpoint', async t => {
  const rows: [string, boolean, string | undefined, RegExp][] = [
    ['invalid_grant', true, 'GW_ERR_CODE_REFUSED', /five minutes/],
    ['invalid_client', true, 'GW_ERR_LOGIN_MISCONFIGURED', /none while one was sent/],
    ['invalid_client', false, 'GW_ERR_LOGIN_MISCONFIGURED', /COGNITO_CLIENT_SECRET is not set/],
    ['unauthorized_client', true, 'GW_ERR_LOGIN_MISCONFIGURED', /callback URL differs/],
    ['unsupported_grant_type', true, 'GW_ERR_LOGIN_MISCONFIGURED', /code grant/],
    ['invalid_scope', true, 'GW_ERR_LOGIN_MISCONFIGURED', /scope/],
    ['invalid_request', true, 'GW_ERR_LOGIN_MISCONFIGURED', /did not understand/],
    ['TooManyRequestsException', true, undefined, /^$/],
    ['toString', true, undefined, /^$/],
  ]
  for (const [error, hasSecret, code, cause] of rows) {
    const explanation = explainTokenError({ error, hasSecret })
    t.equal(explanation?.code, code, error)
    t.match(explanation?.cause ?? '', cause, error)
  }
})

t.test('invalid_request means something else when revoking', async t => {
  const asked = { error: 'invalid_request', hasSecret: true, endpoint: 'revocation' } as const
  t.match(explainTokenError(asked)?.remedy, /Enable token revocation/)
  t.equal(explainTokenError({ ...asked, error: 'unsupported_token_type' }), null)
})

t.test('a reason quotes what was received, cut and cleaned', async t => {
  const explanation = explainCallbackError('access_denied', null)
  const reason = toReason(explanation, 'access_denied', 'no\r\n\u202egood', null)
  t.match(reason, /\(received: access_denied, no\?\?\?good\)$/)
})
