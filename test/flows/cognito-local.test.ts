// Against cognito-local, which no one here wrote. It returns no nonce, so a login ends at our check of it; it
// has no secrets, no revocation and no logout. Tokens, keys and refresh are as far as it goes.
import t from 'tap'
import { createCall } from '../../src/cognito/call.js'
import { createCognitoClient } from '../../src/cognito/client.js'
import { resolveEndpoints } from '../../src/cognito/endpoints.js'
import { cognitoSettings } from '../../src/cognito/settings.js'
import { createUserPool } from '../../src/cognito/user-pool.js'
import { createTokenVerifier } from '../../src/cognito/verifier.js'
import { startCognitoLocal } from '../fixtures/cognito-local.js'
import { freePort } from '../fixtures/free-port.js'
import { testGateway } from '../fixtures/gateway.js'
import { PlainBrowser } from '../fixtures/plain-browser.js'
import { askToken, pkce } from '../fixtures/pool-client.js'
import { session } from '../fixtures/session.js'

t.test('a login without the nonce that was sent is refused, and nobody is signed in', async t => {
  const port = await freePort()
  const local = await startCognitoLocal(t, `http://localhost:${port}/oauth2/callback`)
  const { origin: domain, issuer, poolId: userPoolId, clientId } = local
  const { url, lines } = await testGateway(t, {
    port,
    publicClient: true,
    settings: { cognito: { userPoolId, clientId, domain, issuer } },
  })
  const browser = new PlainBrowser()
  const page = await browser.follow(`${url}/page`)
  t.match(page.url, `${domain}/oauth2/authorize?`)
  const back = await browser.visit(`${domain}/oauth2/authorize`, formOf(page.body))
  t.match(back.location, `${url}/oauth2/callback?code=`)
  const answer = await browser.visit(back.location ?? '')
  t.equal(answer.status, 502)
  t.match(answer.body, 'GW_ERR_TOKENS_REFUSED')
  t.ok(lines.some(line => line.includes('GW_ERR_TOKENS_REFUSED') && line.includes('nonce')))
  t.equal((await browser.fetch(`${url}/`)).status, 401)
})

t.test('its tokens are verified with its keys, and refreshed', async t => {
  const redirectUri = 'http://localhost:3000/oauth2/callback'
  const local = await startCognitoLocal(t, redirectUri)
  const { origin: domain, issuer, poolId: userPoolId, clientId } = local
  const { verifier: codeVerifier, challenge } = pkce()
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: clientId,
    redirect_uri: redirectUri,
    scope: 'openid email',
    state: 'S',
    code_challenge: challenge,
    code_challenge_method: 'S256',
  })
  const browser = new PlainBrowser()
  const page = await browser.visit(`${domain}/oauth2/authorize?${query}`)
  const back = await browser.visit(`${domain}/oauth2/authorize`, formOf(page.body))
  const code = new URL(back.location ?? '').searchParams.get('code') ?? ''
  const fields = {
    client_id: clientId,
    redirect_uri: redirectUri,
    code_verifier: codeVerifier,
    code,
  }
  const { body } = await askToken({ domain }, { grant_type: 'authorization_code', ...fields })

  const settings = cognitoSettings.parse({ userPoolId, clientId, domain, issuer })
  const endpoints = resolveEndpoints(settings)
  const call = createCall(settings, 5000)
  const clock = () => Math.floor(Date.now() / 1000)
  const verifier = createTokenVerifier({ endpoints, clientId, call, clock })
  const client = createCognitoClient({
    settings,
    endpoints,
    call,
    log: { warn: () => {} } as never,
  })
  const claims = await verifier.verifyIdToken(body.id_token ?? '')
  t.match(claims, { iss: issuer, aud: clientId, email: 'jane@example.com' })

  const before = session({}, { sub: claims.sub })
  const old = { ...before, tokens: { ...before.tokens, refreshToken: body.refresh_token ?? '' } }
  const renewed = await createUserPool({ client, verifier, compareClocks: () => {} }).renewTokens(
    old,
  )
  t.match(renewed, { identity: { email: 'jane@example.com' } })
  t.equal(renewed?.tokens.refreshToken, body.refresh_token, 'the old one stays good')
  const dead = { ...old, tokens: { ...old.tokens, refreshToken: 'unknown' } }
  t.equal(
    await createUserPool({ client, verifier, compareClocks: () => {} }).renewTokens(dead),
    null,
  )
})

/** The sign-in form of the page, filled in. */
function formOf(page: string) {
  const fields = new URLSearchParams({ username: 'jane@example.com', password: 'Jane-pass1' })
  for (const [, name = '', value = ''] of page.matchAll(/name="(\w+)" value="([^"]*)"/g)) {
    fields.set(name, value.replaceAll('&amp;', '&'))
  }
  return {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: fields.toString(),
  }
}
