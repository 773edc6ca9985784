// The app client of an API call, and its proof: SECRET_HASH, where the client has a secret.
// Source: developer guide, "Computing secret hash values".
import { createHmac, timingSafeEqual } from 'node:crypto'
import { type Input, text } from '../aws/call.js'
import type { PoolClient } from '../pool.js'
import { PoolError } from '../pool-error.js'
import { findClient, type Realm } from '../realm.js'

/** The client that a call names. @throws PoolError `ResourceNotFoundException` */
export function namedClient(realm: Realm, input: Input): PoolClient {
  const id = text(input, 'ClientId')
  const client = findClient(realm, id)
  if (client !== undefined) return client
  throw new PoolError('ResourceNotFoundException', `User pool client ${id} does not exist.`)
}

/**
 * Checks SECRET_HASH: Base64(HMAC-SHA256(secret, user name + client id)).
 * @param names  user names that may stand in it
 * @throws PoolError `NotAuthorizedException`
 */
export function checkSecretHash(
  { id, secrets }: PoolClient,
  names: readonly string[],
  hash: string | undefined,
): void {
  const refuse = (sentence: string) => {
    throw new PoolError('NotAuthorizedException', sentence)
  }
  if (secrets.length === 0) {
    if (hash !== undefined) {
      refuse(`Client ${id} is not configured for secret but secret was received`)
    }
    return
  }
  if (hash === undefined) {
    refuse(`Client ${id} is configured with secret but SECRET_HASH was not received`)
  }
  const given = Buffer.from(hash ?? '', 'base64')
  const fits = secrets.some(secret =>
    names.some(name => {
      const right = createHmac('sha256', secret).update(`${name}${id}`).digest()
      return right.length === given.length && timingSafeEqual(right, given)
    }),
  )
  if (!fits) refuse(`SecretHash does not match for the client: ${id}`)
}
