// The app client, asked from outside: secret, callback URLs, grant, scopes, sign-out URLs. Nothing it asks changes
// anything: the code it redeems cannot exist, and nobody is signed in.
import { randomBytes, randomUUID } from 'node:crypto'
import type { Call } from '../../cognito/call.js'
import { type Endpoints, logoutUrl } from '../../cognito/endpoints.js'
import { explainErrorPage } from '../../cognito/explain.js'
import { quote } from '../../cognito/quote.js'
import type { CognitoSettings } from '../../cognito/settings.js'
import { updateClient } from './aws-command.js'
import { describeFailure, type Finding, ok } from './finding.js'

/** What the checks of an app client look at. */
export interface ClientContext {
  readonly settings: CognitoSettings
  readonly endpoints: Endpoints
  /** Redirect URIs and sign-out URLs, one for each public origin. */
  readonly redirectUris: readonly string[]
  readonly signOutUrls: readonly string[]
  readonly call: Call
}

const where = 'App clients → the client → Login pages → Edit'

/** All checks, side by side; what follows from an unknown client is not said a second time. */
export async function checkClient(context: ClientContext): Promise<Finding[]> {
  try {
    const [pages, signOuts] = await Promise.all([
      Promise.all(context.redirectUris.map(uri => checkCallback(context, uri))),
      Promise.all(context.signOutUrls.map(url => checkSignOut(context, url))),
    ])
    const isKnown = pages
      .flat()
      .some(({ check, outcome }) => check === 'callback URL' && outcome === 'ok')
    const secret = await checkSecret(context, isKnown)
    if (secret.outcome === 'failure' && !isKnown) return [secret]
    return [secret, ...pages.flat(), ...signOuts]
  } catch (error) {
    return [{ check: 'domain', outcome: 'failure', ...describeFailure(error) }]
  }
}

/** Cognito looks at the client before the grant: `invalid_grant` means that the client is right. */
async function checkSecret(
  { settings, endpoints, redirectUris, call }: ClientContext,
  isKnown: boolean,
): Promise<Finding> {
  const { clientId, clientSecret = [] } = settings
  const [secret] = clientSecret
  const check = 'client secret'
  const ask = (given: string | undefined) =>
    redeemNothing(call, endpoints.token, clientId, redirectUris[0] ?? '', given)
  const error = await ask(secret)
  if (error === 'invalid_grant' || error === 'unauthorized_client') {
    return ok(check, secret === undefined ? 'the client has none, and none is set' : 'accepted')
  }
  if (error !== 'invalid_client') {
    const seen = `the token endpoint answers ${quote(error)}`
    const remedy = 'run the doctor again in a minute; then check COGNITO_DOMAIN'
    return { check, outcome: 'warning', seen, cause: 'it says nothing about the client', remedy }
  }
  const seen = 'the token endpoint answers invalid_client'
  if (!isKnown) {
    const cause = 'the app client is not known at this domain, or none of its callback URLs is ours'
    const remedy = `compare COGNITO_CLIENT_ID and COGNITO_DOMAIN with the console: App clients; when they are right, register ${redirectUris.join(' and ')} and ask again`
    return { check, outcome: 'failure', seen, cause, remedy }
  }
  if (secret === undefined) {
    const cause = 'the app client has a secret, and COGNITO_CLIENT_SECRET is not set'
    const remedy = 'copy it from the console: App clients → the client → Show client secret'
    return { check, outcome: 'failure', seen, cause, remedy, command: showSecret(settings) }
  }
  if ((await ask(undefined)) === 'invalid_grant') {
    const cause = 'the app client has no secret, and COGNITO_CLIENT_SECRET is set'
    return { check, outcome: 'failure', seen, cause, remedy: 'unset COGNITO_CLIENT_SECRET' }
  }
  const cause = 'COGNITO_CLIENT_SECRET is not the secret of this app client'
  const remedy = 'copy it again from the console: App clients → the client → Show client secret'
  return { check, outcome: 'failure', seen, cause, remedy, command: showSecret(settings) }
}

function showSecret({ userPoolId, clientId }: CognitoSettings): string {
  return `aws cognito-idp describe-user-pool-client --user-pool-id ${userPoolId} --client-id ${clientId} --query UserPoolClient.ClientSecret --output text`
}

/** `error` of the token endpoint for a code that cannot exist. */
async function redeemNothing(
  call: Call,
  url: string,
  clientId: string,
  redirectUri: string,
  secret: string | undefined,
): Promise<string> {
  const answer = await call(url, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      code: randomUUID(),
      redirect_uri: redirectUri,
      code_verifier: randomBytes(32).toString('base64url'),
      client_id: clientId,
      ...(secret === undefined ? {} : { client_secret: secret }),
    }),
  })
  const text = await answer.text()
  try {
    return String((JSON.parse(text) as { error?: unknown }).error)
  } catch {
    return `status ${answer.status}`
  }
}

/** One redirect of authorize tells: the login page, Cognito's own error page, or our callback with an error. */
async function checkCallback(context: ClientContext, redirectUri: string): Promise<Finding[]> {
  const { settings } = context
  const check = 'callback URL'
  const location = await authorize(context, redirectUri, settings.scopes)
  if (location.startsWith(redirectUri)) {
    return [
      ok(check, `${redirectUri} is registered`),
      await explainError(context, redirectUri, location),
    ]
  }
  if (/^[^?]*\/login(?:\?|$)/.test(location)) {
    const scopes = ok('scopes', `${settings.scopes.join(' ')} are enabled`)
    return [
      ok(check, `${redirectUri} is registered`),
      ok('code grant', 'enabled, with PKCE'),
      scopes,
    ]
  }
  const page = explainErrorPage(location)
  if (!/error=redirect_mismatch/.test(location)) {
    const seen = `authorize answers ${quote(location)}`
    const cause = page?.cause ?? 'managed login or OAuth is not switched on for this app client'
    const remedy = page?.remedy ?? `console: ${where}; and Branding → Domain`
    return [{ check, outcome: 'failure', seen, cause, remedy }]
  }
  const add = updateClient(
    settings,
    `.CallbackURLs = ((.CallbackURLs // []) + ["${redirectUri}"] | unique)`,
  )
  return [
    {
      check,
      outcome: 'failure',
      seen: `Cognito answers redirect_mismatch for ${redirectUri}`,
      cause: 'it is not a callback URL of the app client, to the letter, or the client is unknown',
      remedy: `console: ${where} → Allowed callback URLs: add it exactly so`,
      command: add,
    },
  ]
}

/** Where authorize sends a browser; status and words of the page where it sends it nowhere. */
async function authorize(
  { settings, endpoints, call }: ClientContext,
  redirectUri: string,
  scopes: readonly string[],
): Promise<string> {
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: settings.clientId,
    redirect_uri: redirectUri,
    scope: scopes.join(' '),
    state: randomBytes(16).toString('base64url'),
    nonce: randomBytes(16).toString('base64url'),
    code_challenge: randomBytes(32).toString('base64url'),
    code_challenge_method: 'S256',
  })
  const answer = await call(`${endpoints.authorization}?${query}`)
  const location = answer.headers.get('location')
  return location ?? `status ${answer.status}: ${toText(await answer.text())}`
}

/** The words of a page. */
function toText(html: string): string {
  return html
    .replaceAll(/<(style|script)\b[\s\S]*?<\/\1>|<[^>]*>/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim()
}

/** An error that comes back to the callback is about grant or scopes; which scope Cognito does not say. */
async function explainError(
  context: ClientContext,
  redirectUri: string,
  location: string,
): Promise<Finding> {
  const { settings } = context
  const query = new URL(location).searchParams
  const [error, description] = [query.get('error') ?? '', query.get('error_description') ?? '']
  const seen = `authorize answers ${quote(error)}, ${quote(description)}`
  if (error === 'unauthorized_client' || description === 'unauthorized_client') {
    return {
      check: 'code grant',
      outcome: 'failure',
      seen,
      cause: 'the app client does not allow the authorization code grant',
      remedy: `console: ${where} → OAuth 2.0 grant types: Authorization code grant`,
      command: updateClient(
        settings,
        '.AllowedOAuthFlows = ["code"] | .AllowedOAuthFlowsUserPoolClient = true',
      ),
    }
  }
  const refused: string[] = []
  for (const scope of settings.scopes) {
    const wanted = scope === 'openid' ? [scope] : ['openid', scope]
    const alone = await authorize(context, redirectUri, wanted)
    if (alone.startsWith(redirectUri)) refused.push(scope)
  }
  const which = refused.includes('openid') ? ['openid'] : refused
  return {
    check: 'scopes',
    outcome: 'failure',
    seen,
    cause: `not enabled at the app client: ${which.join(' ') || settings.scopes.join(' ')}`,
    remedy: `console: ${where} → OpenID Connect scopes; or leave it out of COGNITO_SCOPES`,
    command: updateClient(
      settings,
      `.AllowedOAuthScopes = ((.AllowedOAuthScopes // []) + ${JSON.stringify(which)} | unique)`,
    ),
  }
}

async function checkSignOut(
  { settings, endpoints, call }: ClientContext,
  url: string,
): Promise<Finding> {
  const answer = await call(logoutUrl(endpoints, settings.clientId, url))
  const check = 'sign-out URL'
  if (answer.headers.get('location') === url) return ok(check, `${url} is registered`)
  return {
    check,
    outcome: 'failure',
    seen: `Cognito's logout does not lead to ${url} (status ${answer.status})`,
    cause: 'it is not a sign-out URL of the app client: signing out ends at an error page',
    remedy: `console: ${where} → Allowed sign-out URLs: add it exactly so`,
    command: updateClient(settings, `.LogoutURLs = ((.LogoutURLs // []) + ["${url}"] | unique)`),
  }
}
