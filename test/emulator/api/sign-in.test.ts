// Signing in by the API, with AWS's own client: passwords, challenges, refresh, secret hashes, and every refusal.
import { createHmac } from 'node:crypto'
import {
  AssociateSoftwareTokenCommand,
  type AuthFlowType,
  GetTokensFromRefreshTokenCommand,
  InitiateAuthCommand,
  RespondToAuthChallengeCommand,
  VerifySoftwareTokenCommand,
} from '@aws-sdk/client-cognito-identity-provider'
import { decodeJwt } from 'jose'
import t from 'tap'
import { totpCode } from '../../../src/emulator/sign-in/totp.js'
import { users } from '../../fixtures/gateway.js'
import { confidential, publicId, testPool } from '../../fixtures/pool-client.js'
import { userPoolClient } from '../../fixtures/user-pool-api.js'

const secret = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'

function byPassword(USERNAME: string, PASSWORD: string, ClientId = publicId, more = {}) {
  const AuthParameters = { USERNAME, PASSWORD, ...more }
  return new InitiateAuthCommand({ AuthFlow: 'USER_PASSWORD_AUTH', ClientId, AuthParameters })
}

t.test('a password gives tokens as the SDK knows them', async t => {
  const emulator = await testPool(t)
  const api = userPoolClient(t, emulator)
  const { AuthenticationResult: tokens } = await api.send(
    byPassword('jane@example.com', 'Jane-pass1'),
  )
  t.match(tokens, { TokenType: 'Bearer', ExpiresIn: 3600, RefreshToken: /^([\w-]+\.){4}[\w-]+$/ })
  const access = decodeJwt(tokens?.AccessToken ?? '')
  t.match(access, { scope: 'aws.cognito.signin.user.admin', username: 'jane', client_id: publicId })
  const id = decodeJwt(tokens?.IdToken ?? '')
  t.match(id, { 'cognito:username': 'jane', email: 'jane@example.com', email_verified: true })
  t.notOk('at_hash' in id, 'the hosted UI alone has it')
  const authorization = `Bearer ${tokens?.AccessToken}`
  const info = await fetch(`${emulator.domain}/oauth2/userInfo`, { headers: { authorization } })
  t.equal(info.status, 401, 'no openid')
})

t.test('wrong, missing, disabled and unconfirmed users are told apart as at Cognito', async t => {
  const emulator = await testPool(
    t,
    {},
    {},
    {
      users: [...users, { username: 'fresh', password: 'Fresh-pass1', status: 'UNCONFIRMED' }],
    },
  )
  const api = userPoolClient(t, emulator)
  const wrong = { name: 'NotAuthorizedException', message: 'Incorrect username or password.' }
  await t.rejects(api.send(byPassword('jane', 'x')), wrong)
  await t.rejects(api.send(byPassword('nobody', 'x')), wrong)
  await t.rejects(api.send(byPassword('fresh', 'Fresh-pass1')), {
    name: 'UserNotConfirmedException',
  })
  emulator.administration.update('jane', { enabled: false })
  await t.rejects(api.send(byPassword('jane', 'Jane-pass1')), { message: 'User is disabled.' })
  await t.rejects(api.send(byPassword('jane', 'Jane-pass1', 'unknown1')), {
    name: 'ResourceNotFoundException',
  })
  const open = await testPool(t, { hideMissingUsers: false, authFlows: ['USER_PASSWORD_AUTH'] })
  const other = userPoolClient(t, open)
  await t.rejects(other.send(byPassword('nobody', 'x')), { name: 'UserNotFoundException' })
  const srp = { AuthFlow: 'USER_SRP_AUTH' as AuthFlowType, AuthParameters: { USERNAME: 'jane' } }
  await t.rejects(other.send(new InitiateAuthCommand({ ...srp, ClientId: publicId })), {
    name: 'InvalidParameterException',
    message: 'USER_SRP_AUTH flow not enabled for this client',
  })
})

t.test('a client with a secret proves it, and one without may not', async t => {
  const api = userPoolClient(t, await testPool(t))
  const hash = (name: string) =>
    createHmac('sha256', confidential.secret).update(`${name}${confidential.id}`).digest('base64')
  const attempt = (more: Record<string, string>, id = confidential.id) =>
    api.send(byPassword('jane', 'Jane-pass1', id, more))
  t.ok((await attempt({ SECRET_HASH: hash('jane') })).AuthenticationResult)
  const refused = { name: 'NotAuthorizedException' }
  await t.rejects(attempt({}), { ...refused, message: /SECRET_HASH was not received/ })
  await t.rejects(attempt({ SECRET_HASH: hash('admin') }), {
    message: /^SecretHash does not match/,
  })
  await t.rejects(attempt({ SECRET_HASH: hash('jane') }, publicId), refused)
})

t.test('refresh: same token without rotation; with it by its own operation, once', async t => {
  const refreshWith = (ClientId: string, REFRESH_TOKEN = '') =>
    new InitiateAuthCommand({
      AuthFlow: 'REFRESH_TOKEN_AUTH',
      ClientId,
      AuthParameters: { REFRESH_TOKEN },
    })
  const emulator = await testPool(t)
  const api = userPoolClient(t, emulator)
  const { AuthenticationResult: first } = await api.send(byPassword('jane', 'Jane-pass1'))
  const again = await api.send(refreshWith(publicId, first?.RefreshToken))
  t.ok(again.AuthenticationResult?.AccessToken)
  t.equal(again.AuthenticationResult?.RefreshToken, undefined)
  emulator.administration.signOutEverywhere('jane')
  await t.rejects(api.send(refreshWith(publicId, first?.RefreshToken)), {
    name: 'NotAuthorizedException',
    message: 'Refresh Token has been revoked',
  })
  await t.rejects(api.send(refreshWith(publicId, 'a.b.c.d.e')), {
    message: 'Invalid Refresh Token',
  })

  const rotating = userPoolClient(t, await testPool(t, { rotation: { graceSeconds: 0 } }))
  const { AuthenticationResult: old } = await rotating.send(byPassword('jane', 'Jane-pass1'))
  await t.rejects(rotating.send(refreshWith(publicId, old?.RefreshToken)), {
    name: 'InvalidParameterException',
  })
  const rotate = (RefreshToken = '') =>
    rotating.send(new GetTokensFromRefreshTokenCommand({ ClientId: publicId, RefreshToken }))
  const { AuthenticationResult: next } = await rotate(old?.RefreshToken)
  t.not(next?.RefreshToken, old?.RefreshToken)
  await t.rejects(rotate(old?.RefreshToken), { name: 'RefreshTokenReuseException' })
  t.ok((await rotate(next?.RefreshToken)).AuthenticationResult)
})

t.test('a first password, then the tokens; the session is good for its own user alone', async t => {
  const made = users.map(user => ({ ...user, status: 'FORCE_CHANGE_PASSWORD' as const }))
  const api = userPoolClient(t, await testPool(t, {}, {}, { users: made }))
  const asked = await api.send(byPassword('jane', 'Jane-pass1'))
  t.equal(asked.ChallengeName, 'NEW_PASSWORD_REQUIRED')
  t.match(JSON.parse(asked.ChallengeParameters?.userAttributes ?? ''), {
    email: 'jane@example.com',
  })
  const answer = (USERNAME: string, NEW_PASSWORD: string) =>
    api.send(
      new RespondToAuthChallengeCommand({
        ClientId: publicId,
        ChallengeName: 'NEW_PASSWORD_REQUIRED',
        Session: asked.Session,
        ChallengeResponses: { USERNAME, NEW_PASSWORD, 'userAttributes.name': 'Jane Doe' },
      }),
    )
  await t.rejects(answer('admin', 'Chosen-pass1'), { message: 'Invalid session for the user.' })
  await t.rejects(answer('jane', 'weak'), { name: 'InvalidPasswordException' })
  const { AuthenticationResult: tokens } = await answer('jane', 'Chosen-pass1')
  t.equal(decodeJwt(tokens?.IdToken ?? '').name, 'Jane Doe')
  await t.rejects(answer('jane', 'Chosen-pass2'), { name: 'NotAuthorizedException' }, 'once')
  t.ok((await api.send(byPassword('jane', 'Chosen-pass1'))).AuthenticationResult)
})

t.test('an authenticator app is set up where everybody needs one, and asked for after', async t => {
  const clock = { now: 1_700_000_000 }
  const api = userPoolClient(t, await testPool(t, {}, { clock: () => clock.now }, { mfa: 'on' }))
  const asked = await api.send(byPassword('jane', 'Jane-pass1'))
  t.equal(asked.ChallengeName, 'MFA_SETUP')
  const respond = (
    ChallengeName: 'MFA_SETUP' | 'SOFTWARE_TOKEN_MFA',
    Session: string | undefined,
    more = {},
  ) =>
    api.send(
      new RespondToAuthChallengeCommand({
        ClientId: publicId,
        ChallengeName,
        Session,
        ChallengeResponses: { USERNAME: 'jane', ...more },
      }),
    )
  await t.rejects(
    respond('MFA_SETUP', asked.Session),
    { name: 'NotAuthorizedException' },
    'too soon',
  )
  const offered = await api.send(new AssociateSoftwareTokenCommand({ Session: asked.Session }))
  const shown = offered.SecretCode ?? ''
  const UserCode = totpCode(shown, clock.now)
  const verified = await api.send(
    new VerifySoftwareTokenCommand({ Session: offered.Session, UserCode }),
  )
  t.equal(verified.Status, 'SUCCESS')
  t.ok((await respond('MFA_SETUP', verified.Session)).AuthenticationResult)

  clock.now += 60
  const next = await api.send(byPassword('jane', 'Jane-pass1'))
  t.equal(next.ChallengeName, 'SOFTWARE_TOKEN_MFA')
  const give = (code: string) =>
    respond('SOFTWARE_TOKEN_MFA', next.Session, { SOFTWARE_TOKEN_MFA_CODE: code })
  await t.rejects(give(totpCode(secret, clock.now)), { name: 'CodeMismatchException' })
  t.ok((await give(totpCode(shown, clock.now))).AuthenticationResult)
})
