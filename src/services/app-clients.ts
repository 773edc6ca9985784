// The app clients that people sign in at, each with what belongs to it: found by public origin, and by who signed in.
import { splitByClient } from '../cognito/app-clients.js'
import { type BearerCallers, createBearerCallers } from '../cognito/bearer.js'
import { type CognitoClient, createCognitoClient } from '../cognito/client.js'
import type { CompareClocks } from '../cognito/clock-watch.js'
import { type Endpoints, logoutUrl } from '../cognito/endpoints.js'
import type { CognitoSettings } from '../cognito/settings.js'
import { createUserPool, type UserPool } from '../cognito/user-pool.js'
import type { TokenVerifier } from '../cognito/verifier.js'
import type { FindBearer } from '../hooks/authenticate.js'
import type { Clock, Identity } from '../model.js'
import type { RevokeToken } from '../session/revocation.js'

/** One app client. */
interface AppClient {
  readonly settings: CognitoSettings
  readonly client: CognitoClient
  readonly pool: UserPool
  readonly bearers: BearerCallers
}

type MakeClient = Parameters<typeof createCognitoClient>[0]

/** All app clients. */
export interface AppClients {
  /** By a URL of ours: that of its origin. */
  at(url: string | URL): AppClient
  /** Of a person: the one whose tokens they have. */
  of(identity: Identity): AppClient
  /** The app client that an origin has of its own. */
  ownOf(origin: string): string | undefined
  readonly findBearer: FindBearer
  readonly bearerMemory: BearerCallers['memoryUse']
  /** Cognito's sign-out for one of our own URLs. */
  readonly buildLogoutUrl: (logoutUri: string) => string
  readonly scopesAt: (origin: string) => readonly string[]
}

/** Builds a client for each share of the settings; all of them verify with the same keys. */
export function openAppClients(
  settings: CognitoSettings,
  origins: readonly string[],
  {
    endpoints,
    verifier,
    compareClocks,
    clock,
    ...parts
  }: Omit<MakeClient, 'settings'> & {
    endpoints: Endpoints
    verifier: TokenVerifier
    compareClocks: CompareClocks
    clock: Clock
  },
): AppClients {
  const [usualShare, ...ownShares] = splitByClient(settings, origins)

  function open(share: CognitoSettings): AppClient {
    const { clientId, bearerClientIds = [clientId] } = share
    const own =
      share === usualShare.settings ? verifier : verifier.forClient(clientId, bearerClientIds)
    const client = createCognitoClient({ settings: share, endpoints, ...parts })
    return {
      settings: share,
      client,
      pool: createUserPool({ client, verifier: own, compareClocks }),
      bearers: createBearerCallers({ verifier: own, clock }),
    }
  }

  const usual = open(usualShare.settings)
  const owns = ownShares.map(share => ({ ...open(share.settings), origins: share.origins }))
  const byOrigin = new Map(owns.flatMap(own => own.origins.map(origin => [origin, own] as const)))
  const byId = new Map(owns.map(own => [own.settings.clientId, own] as const))
  const atOrigin = (origin: string) => byOrigin.get(origin) ?? usual
  const at = (url: string | URL) => atOrigin(new URL(url).origin)

  return {
    at,
    of: ({ claims }) => byId.get(String(claims.aud)) ?? usual,
    ownOf: origin => byOrigin.get(origin)?.settings.clientId,
    findBearer: (token, tokenUse, origin) => atOrigin(origin).bearers.find(token, tokenUse),
    bearerMemory: () => sum([usual, ...owns].map(({ bearers }) => bearers.memoryUse())),
    buildLogoutUrl: logoutUri => logoutUrl(endpoints, at(logoutUri).settings.clientId, logoutUri),
    scopesAt: origin => atOrigin(origin).settings.scopes,
  }
}

/** Revokes a refresh token as the app client that it was given to. */
export function revokeByClient(clients: {
  of: (identity: Identity) => { readonly client: Pick<CognitoClient, 'revoke'> }
}): RevokeToken {
  return (refreshToken, identity) => clients.of(identity).client.revoke(refreshToken)
}

/** The same for who only revokes. */
export function openRevocation(settings: CognitoSettings, parts: Omit<MakeClient, 'settings'>) {
  const [usual, ...owns] = splitByClient(settings, [])
  const open = (share: CognitoSettings) => createCognitoClient({ settings: share, ...parts })
  const client = open(usual.settings)
  const byId = new Map(owns.map(own => [own.settings.clientId, open(own.settings)]))
  return revokeByClient({
    of: ({ claims }) => ({ client: byId.get(String(claims.aud)) ?? client }),
  })
}

type MemoryUse = ReturnType<BearerCallers['memoryUse']>

function sum(uses: readonly MemoryUse[]): MemoryUse {
  return uses.reduce((all, { hits, misses, kept }) => ({
    hits: all.hits + hits,
    misses: all.misses + misses,
    kept: all.kept + kept,
  }))
}
