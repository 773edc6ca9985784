// Every error that the endpoints of Cognito give, as it stands on the wire: cause and remedy for the operator, a plain
// sentence for the person in front of the page.
import t from 'tap'
import {
  explainCallbackError,
  explainErrorPage,
  explainNoVerdict,
  explainTokenError,
  toReason,
} from '../../src/cognito/explain.js'
import {
  callbackErrors,
  callbackHints,
  errorPages,
  exactDescriptions,
  refreshRefused,
  revocationErrors,
  tokenErrors,
  tokenHints,
  userInfoErrors,
} from '../../src/cognito/explanations.js'
import { type ErrorCode, errorTable } from '../../src/errors.js'

const misconfigured = 'GW_ERR_LOGIN_MISCONFIGURED'
const refused = 'GW_ERR_LOGIN_REFUSED'
const unavailable = 'GW_ERR_COGNITO_UNAVAILABLE'

type Row = [onTheWire: string, code: ErrorCode, cause: RegExp, remedy: RegExp]

/** The query of a redirect to the callback, as it was seen or as it is documented. */
const callbackRows: Row[] = [
  ['error_description=invalid_scope&error=invalid_request', misconfigured, /scope/, /Login pages/],
  ['error=invalid_scope', misconfigured, /no offline_access/, /doctor/],
  [
    'error_description=unauthorized_client&error=invalid_request',
    misconfigured,
    /code grant/,
    /enable/,
  ],
  ['error=unauthorized_client', misconfigured, /code grant/, /enable/],
  ['error=redirect_mismatch', misconfigured, /not registered/, /to the letter/],
  ['error=access_denied', refused, /cancelled/, /sign in again/],
  ['error=login_required', refused, /prompt=none/, /without prompt/],
  ['error=invalid_request', refused, /trigger/, /description/],
  [
    'error_description=attributes+required%3A+%5Bemail%5D&error=invalid_request',
    refused,
    /no value for an attribute/,
    /Attribute mapping/,
  ],
  [
    'error_description=PreSignUp+failed+with+error+not+invited.+&error=invalid_request',
    refused,
    /Lambda trigger/,
    /CloudWatch/,
  ],
  [
    'error_description=PreTokenGeneration+failed+with+error+oops.+&error=invalid_request',
    refused,
    /pre token generation/,
    /CloudWatch/,
  ],
  [
    'error_description=Invalid+SAML+response+received%3A+PreSignUp+failed+with+error+no.+&error=server_error',
    unavailable,
    /Lambda trigger/,
    /CloudWatch/,
  ],
  [
    'error_description=Invalid+SAML+response+received&error=server_error',
    unavailable,
    /SAML response/,
    /saml2\/idpresponse/,
  ],
  ['error_description=User+is+disabled.&error=invalid_request', refused, /disabled/, /Enable user/],
  [
    'error_description=Already+found+an+entry+for+username+Google_1&error=invalid_request',
    refused,
    /linked/,
    /once more/,
  ],
  ...[
    'Timeout+occurred+in+calling+IdP+token+endpoint',
    'Timeout+in+calling+jwks+uri',
    'Connection+reset',
    'Read+timed+out',
  ].map(
    (text): Row => [
      `error_description=${text}&error=invalid_request`,
      refused,
      /could not reach/,
      /JWKS/,
    ],
  ),
  ...[
    '%5BIDP%5D+Error+-+400+error+getting+token',
    'Bad+token+response%3A+x',
    'LoginWithAmazon+Error+-+400+invalid_request',
  ].map(
    (text): Row => [
      `error_description=${text}&error=invalid_request`,
      refused,
      /identity provider refused/,
      /client secret/,
    ],
  ),
  ['error_description=Rate+exceeded&error=invalid_request', refused, /throttles/, /quota/],
  ['error=server_error', unavailable, /trouble/, /try again/],
  ['error=temporarily_unavailable', unavailable, /trouble/, /try again/],
  ['error=surprise&error_description=from+next+year', refused, /./, /./],
  ['error=__proto__&error_description=constructor', refused, /./, /./],
]

t.test('at the callback', async t => {
  for (const [query, code, cause, remedy] of callbackRows) {
    const parameters = new URLSearchParams(query)
    const explanation = explainCallbackError(
      parameters.get('error') ?? '',
      parameters.get('error_description'),
    )
    t.match(explanation, { code, cause, remedy }, query)
    t.ok(errorTable[explanation.code].message, `${query}: a sentence for the person`)
  }
})

t.test('what our error is, no description decides, but for the two exact ones', async t => {
  const texts = ['server_error', 'access_denied', 'Invalid_Scope', 'invalid_scope ', 'SAML']
  for (const description of [...texts, ...callbackHints.map(({ example }) => example)]) {
    for (const [error, expected] of Object.entries(callbackErrors)) {
      t.equal(explainCallbackError(error, description).code, expected.code, description)
    }
  }
})

t.test('at the token endpoint', async t => {
  type TokenRow = [string, hasSecret: boolean, string | null, ErrorCode, RegExp, RegExp]
  const rows: TokenRow[] = [
    ['invalid_grant', true, null, 'GW_ERR_CODE_REFUSED', /five minutes/, /sign in again/],
    ['invalid_client', true, null, misconfigured, /none while one was sent/, /unset/],
    ['invalid_client', true, 'invalid_client_secret', misconfigured, /another secret/, /./],
    ['invalid_client', false, null, misconfigured, /_SECRET is not set/, /set COGNITO/],
    ['unauthorized_client', true, null, misconfigured, /callback URL differs/, /enable/],
    ['unauthorized_client', true, 'invalid_redirect', misconfigured, /redirect URI/, /same GATE/],
    ['unsupported_grant_type', true, null, misconfigured, /code grant/, /enable/],
    ['invalid_scope', true, null, misconfigured, /scope/, /COGNITO_SCOPES/],
    ['invalid_request', true, null, misconfigured, /not understand/, /COGNITO_DOMAIN/],
  ]
  for (const [error, hasSecret, description, code, cause, remedy] of rows) {
    const explanation = explainTokenError({ error, description, hasSecret })
    t.match(explanation, { code, cause, remedy }, `${error} ${description}`)
    t.ok(errorTable[code].message)
  }
  t.strictSame([...new Set(rows.map(([error]) => error))].sort(), Object.keys(tokenErrors).sort())
})

t.test('answers that are no verdict on anybody', async t => {
  for (const error of ['TooManyRequestsException', 'toString', '']) {
    t.equal(explainTokenError({ error, hasSecret: true }), null, error)
  }
  const rows: [status: number | null, error: string, cause: RegExp, remedy: RegExp][] = [
    [429, '', /throttles/, /quota/],
    [400, 'TooManyRequestsException', /throttles/, /quota/],
    [400, 'SomethingNew', /not known to give/, /firewall/],
    [403, '', /WAF/, /web ACL/],
    [404, '', /no such endpoint/, /COGNITO_DOMAIN/],
    [405, '', /POST into a GET/, /proxy/],
    [500, '', /trouble/, /health/],
    [503, '', /trouble/, /health/],
    [200, '', /not one that Cognito/, /proxy/],
    [null, '', /not answer in time/, /doctor/],
  ]
  for (const [status, error, cause, remedy] of rows) {
    const explanation = explainNoVerdict(status, error)
    t.match(explanation, { code: unavailable, cause, remedy }, `${status} ${error}`)
  }
  t.match(errorTable[unavailable].message, /try again/)
})

t.test('at the revocation endpoint, and for a refresh token', async t => {
  const ask = (error: string) =>
    explainTokenError({ error, hasSecret: true, endpoint: 'revocation' })
  t.match(ask('invalid_request')?.remedy, /Enable token revocation/)
  t.match(ask('unsupported_token_type')?.cause, /no refresh token/)
  t.match(ask('invalid_client')?.remedy, /COGNITO_CLIENT_SECRET/)
  t.equal(ask('invalid_grant'), null)
  t.match(refreshRefused, { cause: /disabled, deleted/, remedy: /signs in again/ })
})

t.test('pages that stay at Cognito', async t => {
  const rows: [seen: string, cause: RegExp, remedy: RegExp][] = [
    ['https://d/error?error=redirect_mismatch&client_id=1', /to the letter/, /Allowed callback/],
    ['https://d/error?error=invalid_request', /unknown/, /COGNITO_CLIENT_ID/],
    ['status 400: Client is not enabled for OAuth2.0 flows.', /OAuth is switched off/, /save/],
    ['status 200: Login pages unavailable', /no style/, /Styles/],
    ["Required String parameter 'redirect_uri' is not present", /sign-out URL/, /sign-out URLs/],
    ['status 429: slow down', /throttles/, /quota/],
    ['status 403: Request blocked', /firewall/, /web ACL/],
    ['status 200: Something went wrong', /five minutes/, /begin again/],
  ]
  for (const [seen, cause, remedy] of rows) {
    t.match(explainErrorPage(seen), { cause, remedy }, seen)
  }
  t.equal(explainErrorPage('https://d/login?client_id=1'), null)
})

t.test('every row has a cause, a remedy and an example that it fits', async t => {
  const tables = [callbackErrors, exactDescriptions, tokenErrors, revocationErrors, userInfoErrors]
  for (const row of [...tables.flatMap(Object.values), ...callbackHints, ...errorPages]) {
    t.match(row, { cause: /^[^A-Z\n]|OAuth|Cognito/, remedy: /\w/ })
    t.notMatch(`${row.cause} ${row.remedy}`, /\.$/, 'joined to one line of the log')
  }
  for (const hints of [callbackHints, tokenHints, errorPages]) {
    for (const hint of hints) {
      t.equal(
        hints.find(({ pattern }) => pattern.test(hint.example)),
        hint,
        hint.example,
      )
    }
  }
})

t.test('a reason quotes what was received, cut and cleaned', async t => {
  const explanation = explainCallbackError('access_denied', null)
  const reason = toReason(explanation, 'access_denied', 'no\r\n\u202egood', null)
  t.match(reason, /\(received: access_denied, no\?\?\?good\)$/)
})
