// The pool's signing keys: two RSA keys, one for ID tokens and one for access tokens, as Cognito has them.
import { randomBytes } from 'node:crypto'
import {
  type CryptoKey,
  exportJWK,
  generateKeyPair,
  type JWK,
  type JWTPayload,
  SignJWT,
} from 'jose'

interface SigningKey {
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
  jwks(): { keys: JWK[] }
  /** Replaces both keys; the old ones stay published unless `withdraw`. */
  rotate(options?: { withdraw?: boolean }): Promise<void>
}

const maxPublished = 6

/** Two fresh keys. */
export async function createKeys(): Promise<Keys> {
  let [idKey, accessKey] = await Promise.all([createKey(), createKey()])
  let published = [idKey, accessKey]

  return {
    sign: (use, payload) => {
      const { kid, privateKey } = use === 'id' ? idKey : accessKey
      return new SignJWT(payload).setProtectedHeader({ kid, alg: 'RS256' }).sign(privateKey)
    },
    jwks: () => ({ keys: published.map(({ jwk }) => jwk) }),
    async rotate({ withdraw = false } = {}) {
      ;[idKey, accessKey] = await Promise.all([createKey(), createKey()])
      published = [idKey, accessKey, ...(withdraw ? [] : published)].slice(0, maxPublished)
    },
  }
}

async function createKey(): Promise<SigningKey> {
  const { privateKey, publicKey } = await generateKeyPair('RS256', { modulusLength: 2048 })
  const kid = randomBytes(32).toString('base64')
  const { e = '', n = '' } = await exportJWK(publicKey)
  return { kid, privateKey, jwk: { alg: 'RS256', e, kid, kty: 'RSA', n, use: 'sig' } }
}
