// The app clients of one user pool: the usual one, and those that some public origins have of their own.
import type { CognitoSettings } from './settings.js'

/** One app client, and the origins that sign in at it. */
export interface ClientShare {
  /** As if it were the only one. */
  readonly settings: CognitoSettings
  readonly origins: readonly string[]
}

/** The usual app client first, with the origins that have none of their own; it may have none. */
export function splitByClient(
  settings: CognitoSettings,
  origins: readonly string[],
): readonly [ClientShare, ...ClientShare[]] {
  const taken = new Set(settings.clients.flatMap(({ url }) => url))
  const own = settings.clients.map(({ url, clientId, clientSecret, scopes, bearerClientIds }) => ({
    origins: url,
    settings: {
      ...settings,
      clientId,
      clientSecret,
      scopes: scopes ?? settings.scopes,
      bearerClientIds,
    },
  }))
  return [{ settings, origins: origins.filter(origin => !taken.has(origin)) }, ...own]
}
