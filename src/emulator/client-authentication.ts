// Who calls the token and revocation endpoints. Source: developer guide, "Token endpoint"; the exact bodies
// from public reports.
import { timingSafeEqual } from 'node:crypto'
import type { PoolClient } from './pool.js'
import { findClient, type Parameters, type Realm } from './realm.js'

/** The refusal's body: `{"error":"invalid_client"}`, with the description Cognito adds for a secret. */
export interface ClientRefused {
  readonly error: 'invalid_client'
  readonly error_description?: 'invalid_client_secret'
}

const unknown: ClientRefused = { error: 'invalid_client' }
const badSecret: ClientRefused = {
  error: 'invalid_client',
  error_description: 'invalid_client_secret',
}

/** The client of a call, by Basic or in the body, or the refusal. */
export function authenticateClient(
  realm: Realm,
  authorization: string | undefined,
  body: Parameters,
): PoolClient | ClientRefused {
  const basic = readBasic(authorization)
  if (basic === 'damaged') return unknown
  const id = basic?.id ?? body.client_id
  const client = findClient(realm, id)
  if (client === undefined) return unknown
  if (body.client_id !== undefined && body.client_id !== client.id) return unknown
  const secret = basic?.secret ?? body.client_secret
  // A public client refuses any secret, the empty one of a Basic header too.
  if (client.secrets.length === 0) return secret === undefined ? client : unknown
  if (secret === undefined) return badSecret
  return client.secrets.some(known => isSame(known, secret)) ? client : badSecret
}

export function isRefused(result: PoolClient | ClientRefused): result is ClientRefused {
  return 'error' in result
}

function readBasic(header: string | undefined): { id: string; secret: string } | 'damaged' | null {
  if (header === undefined) return null
  const [, encoded] = /^Basic ([A-Za-z0-9+/=]+)$/i.exec(header) ?? []
  const text = Buffer.from(encoded ?? '', 'base64').toString('utf8')
  const colon = text.indexOf(':')
  return colon < 1 ? 'damaged' : { id: text.slice(0, colon), secret: text.slice(colon + 1) }
}

function isSame(known: string, given: string): boolean {
  const [a, b] = [Buffer.from(known), Buffer.from(given)]
  return a.length === b.length && timingSafeEqual(a, b)
}
