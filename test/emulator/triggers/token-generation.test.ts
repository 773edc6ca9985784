// The pre token generation trigger: claims, scopes and groups, what it cannot touch, and when it fails.
import { decodeJwt } from 'jose'
import t from 'tap'
import type { TriggerEvent } from '../../../src/emulator/triggers/trigger.js'
import { askToken, authorizeUrl, getCode, publicId, testPool } from '../../fixtures/pool-client.js'

const changes = {
  idTokenGeneration: {
    claimsToAddOrOverride: { department: { id: 7, name: 'tools' }, sub: 'somebody else' },
    claimsToSuppress: ['email', 'aud'],
  },
  accessTokenGeneration: {
    claimsToAddOrOverride: { tenant: 'a', client_id: 'another' },
    scopesToAdd: ['notes/read'],
    scopesToSuppress: ['email'],
  },
  groupOverrideDetails: { groupsToOverride: ['chosen'] },
}

t.test('claims, scopes and groups are changed; who the token is for is not', async t => {
  const heard: TriggerEvent[] = []
  const emulator = await testPool(
    t,
    {},
    {
      triggers: {
        preTokenGeneration(event) {
          heard.push(event)
          event.response.claimsAndScopeOverrideDetails = changes
          return event
        },
      },
    },
  )
  const { sub } = emulator.settings.users.find(({ username }) => username === 'jane') ?? {}
  const tokens = await emulator.administration.tokensFor('jane', publicId, ['openid', 'email'])
  const id = decodeJwt(tokens.id_token ?? '')
  t.match(id, {
    department: { id: 7, name: 'tools' },
    sub,
    aud: publicId,
    'cognito:groups': ['chosen'],
  })
  t.notOk('email' in id)
  const access = decodeJwt(tokens.access_token)
  t.match(access, { tenant: 'a', client_id: publicId, scope: 'openid notes/read' })
  const fields = { grant_type: 'refresh_token', client_id: publicId }
  await askToken(emulator, { ...fields, refresh_token: tokens.refresh_token })
  t.match(heard, [
    {
      version: '2',
      triggerSource: 'TokenGeneration_HostedAuth',
      callerContext: { clientId: publicId },
      request: { groupConfiguration: { groupsToOverride: ['staff'] }, scopes: ['openid', 'email'] },
    },
    { triggerSource: 'TokenGeneration_RefreshTokens' },
  ])
})

t.test('a trigger that fails ends no sign-in: the refresh token is good again after', async t => {
  let isBroken = false
  const emulator = await testPool(
    t,
    { rotation: { graceSeconds: 0 } },
    {
      triggers: {
        preTokenGeneration(event) {
          if (isBroken) throw new Error('table is locked')
          return event
        },
      },
    },
  )
  const { refresh_token } = await emulator.administration.tokensFor('jane', publicId)
  const refresh = () =>
    askToken(emulator, { grant_type: 'refresh_token', client_id: publicId, refresh_token })
  isBroken = true
  t.strictSame(await refresh(), {
    status: 400,
    body: {
      error: 'invalid_request',
      error_description: 'PreTokenGeneration failed with error table is locked. ',
    },
  })
  isBroken = false
  t.equal((await refresh()).status, 200)
})

t.test('resource becomes the audience of the access token, also after a refresh', async t => {
  const emulator = await testPool(t)
  const code = await getCode(emulator, { resource: 'https://api.example.com' })
  t.match(authorizeUrl(emulator), '/oauth2/authorize')
  const redirect = 'http://localhost:3000/oauth2/callback'
  const grant = { grant_type: 'authorization_code', client_id: publicId, redirect_uri: redirect }
  const first = await askToken(emulator, { ...grant, code })
  t.equal(decodeJwt(first.body.access_token ?? '').aud, 'https://api.example.com')
  const again = await askToken(emulator, {
    grant_type: 'refresh_token',
    client_id: publicId,
    refresh_token: first.body.refresh_token ?? '',
  })
  t.equal(decodeJwt(again.body.access_token ?? '').aud, 'https://api.example.com')
})
