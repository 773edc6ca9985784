// What is registered at an app client beside what the settings need, point by point, each with what mends it.
import type { CognitoSettings } from '../../cognito/settings.js'
import { formatDuration } from '../../lib/duration.js'
import type { SessionSettings } from '../../session/settings.js'
import { updateClient } from './aws-command.js'
import { type Finding, ok } from './finding.js'
import type { RegisteredClient } from './registered-client.js'

/** What the settings need of an app client. */
export interface Needs {
  readonly settings: CognitoSettings
  readonly session: Pick<SessionSettings, 'max' | 'refreshBefore' | 'store' | 'keep'>
  readonly redirectUris: readonly string[]
  readonly signOutUrls: readonly string[]
}

type Verdict = Omit<Finding, 'check'>

/** Every point, also those without a difference. */
export function compareRegistered(client: RegisteredClient, needs: Needs): Finding[] {
  const { settings } = needs
  const points: Record<string, Verdict> = {
    secret: compareSecret(client, settings),
    'callback URLs': compareList(needs.redirectUris, client.CallbackURLs, 'CallbackURLs', settings),
    'sign-out URLs': compareList(needs.signOutUrls, client.LogoutURLs, 'LogoutURLs', settings),
    grants: compareGrants(client, settings),
    scopes: compareList(settings.scopes, client.AllowedOAuthScopes, 'AllowedOAuthScopes', settings),
    attributes: compareAttributes(client, settings),
    'refresh token': compareRefreshToken(client, needs),
    'access token': compareAccessToken(client, needs),
    rotation: compareRotation(client, needs),
    revocation: compareRevocation(client, settings),
  }
  return Object.entries(points).map(([name, verdict]) => ({
    check: `registered ${name}`,
    ...verdict,
  }))
}

function good(seen: string): Verdict {
  const { check, ...verdict } = ok('', seen)
  return verdict
}

function compareSecret({ ClientSecret }: RegisteredClient, settings: CognitoSettings): Verdict {
  const [has, sends] = [ClientSecret !== undefined, settings.clientSecret !== undefined]
  if (has === sends) return good(has ? 'one is there, and one is set' : 'none, and none is set')
  return has
    ? {
        outcome: 'failure',
        seen: 'registered: a secret; settings: none',
        cause: 'every sign-in ends with invalid_client',
        remedy: 'set COGNITO_CLIENT_SECRET (App clients → the client → Show client secret)',
      }
    : {
        outcome: 'failure',
        seen: 'registered: no secret; settings: one',
        cause: 'Cognito refuses a secret that is not needed with invalid_client',
        remedy: 'unset COGNITO_CLIENT_SECRET',
      }
}

/** All that is needed has to be registered, to the letter; more may be. */
function compareList(
  needed: readonly string[],
  registered: readonly string[] = [],
  field: 'CallbackURLs' | 'LogoutURLs' | 'AllowedOAuthScopes',
  settings: CognitoSettings,
): Verdict {
  const missing = needed.filter(one => !registered.includes(one))
  if (missing.length === 0) return good(needed.join(' '))
  const alike = missing.flatMap(one => registered.find(other => fold(other) === fold(one)) ?? [])
  const added = `.${field} = ((.${field} // []) + ${JSON.stringify(missing)} | unique)`
  return {
    outcome: 'failure',
    seen: `+ ${missing.join(' ')} (registered: ${registered.join(' ') || 'nothing'})`,
    cause:
      alike.length === 0
        ? 'it is needed and not registered'
        : `it differs from ${alike.join(' ')} in a slash or in upper and lower case, and counts to the letter`,
    remedy: 'register what stands behind the +',
    command: updateClient(settings, added),
  }
}

function fold(text: string): string {
  return text.toLowerCase().replace(/\/$/, '')
}

function compareGrants(client: RegisteredClient, settings: CognitoSettings): Verdict {
  const flows = client.AllowedOAuthFlows ?? []
  const isOn = client.AllowedOAuthFlowsUserPoolClient === true
  if (!isOn || !flows.includes('code')) {
    return {
      outcome: 'failure',
      seen: `+ code (registered: ${flows.join(' ') || 'nothing'}, OAuth ${isOn ? 'on' : 'off'})`,
      cause: 'nobody can sign in without the authorization code grant',
      remedy: 'App clients → the client → Login pages → Edit: Authorization code grant',
      command: updateClient(
        settings,
        '.AllowedOAuthFlows = ["code"] | .AllowedOAuthFlowsUserPoolClient = true',
      ),
    }
  }
  if (!flows.includes('implicit')) return good('the authorization code grant')
  return {
    outcome: 'warning',
    seen: '- implicit (registered: code implicit)',
    cause: 'the implicit grant puts tokens into URLs, and the gateway does not use it (RFC 9700)',
    remedy: 'leave the code grant alone switched on',
    command: updateClient(settings, '.AllowedOAuthFlows = ["code"]'),
  }
}

/** A scope that covers what may not be read ends each exchange with invalid_grant. */
function compareAttributes(
  { ReadAttributes: readable }: RegisteredClient,
  settings: CognitoSettings,
): Verdict {
  if (readable === undefined) return good('all can be read')
  const pairs = [
    ['email', 'email_verified'],
    ['phone_number', 'phone_number_verified'],
  ] as const
  const scopes: readonly string[] = settings.scopes
  const missing = pairs
    .filter(([attribute]) => scopes.includes(attribute === 'email' ? 'email' : 'phone'))
    .flatMap(([attribute, verified]) =>
      readable.includes(attribute) && !readable.includes(verified) ? [verified] : [],
    )
  if (missing.length === 0) return good('those of the scopes can be read')
  return {
    outcome: 'failure',
    seen: `+ ${missing.join(' ')} (ReadAttributes)`,
    cause:
      'a scope covers an attribute that the client may not read: the code is refused with invalid_grant',
    remedy: 'App clients → the client → Attribute permissions: let it read them',
    command: updateClient(
      settings,
      `.ReadAttributes = (.ReadAttributes + ${JSON.stringify(missing)} | unique)`,
    ),
  }
}

const unitSeconds: Readonly<Record<string, number>> = {
  seconds: 1,
  minutes: 60,
  hours: 3600,
  days: 86_400,
}

function compareRefreshToken(client: RegisteredClient, { settings, session }: Needs): Verdict {
  const unit = client.TokenValidityUnits?.RefreshToken ?? 'days'
  const seconds = (client.RefreshTokenValidity || 30) * (unitSeconds[unit] ?? 86_400)
  const [registered, set] = [formatDuration(seconds), formatDuration(settings.refreshTokenValidity)]
  if (seconds !== settings.refreshTokenValidity) {
    return {
      outcome: 'warning',
      seen: `registered: ${registered}; cognito.refreshTokenValidity: ${set}`,
      cause: 'no token says how long it lives, so the gateway believes the setting',
      remedy: `set cognito.refreshTokenValidity: ${registered}`,
    }
  }
  if (session.keep?.includes('refresh') === false || session.max <= seconds) return good(registered)
  return {
    outcome: 'warning',
    seen: `registered: ${registered}; session.max: ${formatDuration(session.max)}`,
    cause: 'sessions end with the refresh token, before session.max',
    remedy: 'lengthen the refresh token expiration of the app client, or shorten session.max',
  }
}

function compareAccessToken(client: RegisteredClient, { session }: Needs): Verdict {
  const unit = client.TokenValidityUnits?.AccessToken ?? 'hours'
  const seconds = (client.AccessTokenValidity || 1) * (unitSeconds[unit] ?? 3600)
  if (session.refreshBefore < seconds) return good(formatDuration(seconds))
  return {
    outcome: 'warning',
    seen: `registered: ${formatDuration(seconds)}; session.refreshBefore: ${formatDuration(session.refreshBefore)}`,
    cause: 'every access token is due for a refresh as soon as it is there',
    remedy: 'make session.refreshBefore shorter than the access token lives',
  }
}

function compareRotation(
  { RefreshTokenRotation: rotation }: RegisteredClient,
  { settings, session }: Needs,
): Verdict {
  if (rotation?.Feature !== 'ENABLED') return good('off')
  const grace = rotation.RetryGracePeriodSeconds ?? 0
  if (session.store === 'redis' || grace >= 10) return good(`on, with ${grace} s of grace`)
  return {
    outcome: 'warning',
    seen: `on, with ${grace} s of grace`,
    cause: 'with sessions in cookies two instances may refresh at once, and the second is refused',
    remedy: 'give it the grace period of 60 s, or keep sessions in Redis',
    command: updateClient(settings, '.RefreshTokenRotation.RetryGracePeriodSeconds = 60'),
  }
}

function compareRevocation(client: RegisteredClient, settings: CognitoSettings): Verdict {
  if (client.EnableTokenRevocation !== false) return good('on')
  return {
    outcome: 'warning',
    seen: 'off',
    cause: 'refresh tokens live on after people signed out',
    remedy: 'App clients → the client → Edit: Enable token revocation',
    command: updateClient(settings, '.EnableTokenRevocation = true'),
  }
}
