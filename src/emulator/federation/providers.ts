// Which identity providers a client may use, and which one a request asks for.
import type { PoolClient } from '../pool.js'
import type { Parameters, Realm } from '../realm.js'
import type { Provider } from '../settings/provider.js'

/** The pool's own name among providers. */
export const ownProviderName = 'COGNITO'

/** External providers of a client. */
export function externalProviders(
  { settings: { providers } }: Pick<Realm, 'settings'>,
  client: PoolClient,
): readonly Provider[] {
  return providers.filter(({ name }) => isAllowed(client, name))
}

/** Whether a client's people may have a password in the pool. */
export function allowsPasswords(client: PoolClient): boolean {
  return isAllowed(client, ownProviderName)
}

/**
 * The provider that a request asks for: null for the pool itself or none, 'unknown' for one that the client has
 * not. A client with one provider and no passwords always asks for that.
 */
export function askedProvider(
  realm: Pick<Realm, 'settings'>,
  client: PoolClient,
  { identity_provider: name, idp_identifier: identifier }: Parameters,
): Provider | null | 'unknown' {
  const external = externalProviders(realm, client)
  if (name === undefined && identifier === undefined) {
    const [only, ...others] = external
    const isOnly = only !== undefined && others.length === 0 && !allowsPasswords(client)
    return isOnly ? only : null
  }
  if (name === ownProviderName) return allowsPasswords(client) ? null : 'unknown'
  const found = external.find(provider =>
    name === undefined
      ? identifier !== undefined && provider.identifiers.includes(identifier)
      : provider.name === name,
  )
  return found ?? 'unknown'
}

function isAllowed({ providers }: PoolClient, name: string): boolean {
  return providers === undefined || providers.includes(name)
}
