// The pool's signing keys: two RSA keys, one for ID tokens and one for access tokens, as Cognito has them.
import { randomBytes } from 'node:crypto'
import {
  type CryptoKey,
  exportJWK,
  generateKeyPair,
  importJWK,
  type JWK,
  type JWTPayload,
  SignJWT,
} from 'jose'

/** One of the pool's two keys. */
export interface SigningKey {
  /** Standard base64 of 32 bytes, so it ends in `=`. */
  readonly kid: string
  readonly privateKey: CryptoKey
  readonly jwk: JWK
}

/** Signs tokens and publishes the keys for them. */
export interface Keys {
  /** A JWT whose header is exactly `{"kid": …, "alg": "RS256"}`. */
  sign(use: 'id' | 'access', payload: JWTPayload): Promise<string>
  /** Content of the JWKS document. */
  jwks(): Promise<{ keys: JWK[] }>
  /** Replaces both keys; the old ones stay published unless `withdraw`. */
  rotate(options?: { withdraw?: boolean }): Promise<void>
  /** The two keys in use, private parts included, as JWKs. */
  export(): Promise<JWK[]>
  /** Takes exported keys into use instead. Throws an Error for anything else. */
  restore(exported: readonly JWK[]): Promise<void>
}

/** What a pool signs with. */
export type SigningKeys = readonly [idKey: SigningKey, accessKey: SigningKey]

const maxOlder = 4

/** @param first  to begin with; without them two fresh ones are made when they are first needed */
export function createKeys(first?: Promise<SigningKeys>): Keys {
  let current = first
  let older: readonly SigningKey[] = []

  function pair(): Promise<SigningKeys> {
    current ??= createSigningKeys()
    return current
  }

  return {
    async sign(use, payload) {
      const [idKey, accessKey] = await pair()
      const { kid, privateKey } = use === 'id' ? idKey : accessKey
      return new SignJWT(payload).setProtectedHeader({ kid, alg: 'RS256' }).sign(privateKey)
    },
    async jwks() {
      return { keys: [...(await pair()), ...older].map(({ jwk }) => jwk) }
    },
    async rotate({ withdraw = false } = {}) {
      const [replaced, next] = await Promise.all([pair(), createSigningKeys()])
      older = withdraw ? [] : [...replaced, ...older].slice(0, maxOlder)
      current = Promise.resolve(next)
    },
    async export() {
      const keys = await pair()
      return Promise.all(
        keys.map(async ({ kid, privateKey }) => ({ ...(await exportJWK(privateKey)), kid })),
      )
    },
    async restore(exported) {
      const [idKey, accessKey] = await Promise.all(exported.map(importKey))
      if (idKey === undefined || accessKey === undefined) throw new Error('two keys are needed')
      current = Promise.resolve([idKey, accessKey])
    },
  }
}

/** Two fresh keys. Takes a moment: RSA. */
export function createSigningKeys(): Promise<SigningKeys> {
  return Promise.all([createKey(), createKey()])
}

async function createKey(): Promise<SigningKey> {
  const { privateKey, publicKey } = await generateKeyPair('RS256', {
    modulusLength: 2048,
    // For the snapshot.
    extractable: true,
  })
  const kid = randomBytes(32).toString('base64')
  const { e = '', n = '' } = await exportJWK(publicKey)
  return { kid, privateKey, jwk: { alg: 'RS256', e, kid, kty: 'RSA', n, use: 'sig' } }
}

async function importKey(jwk: JWK): Promise<SigningKey> {
  const { kid, e, n } = jwk
  const privateKey = await importJWK(jwk, 'RS256', { extractable: true })
  if (kid === undefined || e === undefined || n === undefined || privateKey instanceof Uint8Array) {
    throw new Error('a signing key is damaged')
  }
  return { kid, privateKey, jwk: { alg: 'RS256', e, kid, kty: 'RSA', n, use: 'sig' } }
}
