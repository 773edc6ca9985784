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
  jwks(): Promise<{ keys: JWK[] }>
  /** Replaces both keys; the old ones stay published unless `withdraw`. */
  rotate(options?: { withdraw?: boolean }): Promise<void>
}

type Pair = readonly [idKey: SigningKey, accessKey: SigningKey]

const maxOlder = 4

/** Two fresh keys, made when they are first needed. */
export function createKeys(): Keys {
  let current: Promise<Pair> | undefined
  let older: readonly SigningKey[] = []

  function pair(): Promise<Pair> {
    current ??= createPair()
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
      const [replaced, next] = await Promise.all([pair(), createPair()])
      older = withdraw ? [] : [...replaced, ...older].slice(0, maxOlder)
      current = Promise.resolve(next)
    },
  }
}

function createPair(): Promise<Pair> {
  return Promise.all([createKey(), createKey()])
}

async function createKey(): Promise<SigningKey> {
  const { privateKey, publicKey } = await generateKeyPair('RS256', { modulusLength: 2048 })
  const kid = randomBytes(32).toString('base64')
  const { e = '', n = '' } = await exportJWK(publicKey)
  return { kid, privateKey, jwk: { alg: 'RS256', e, kid, kty: 'RSA', n, use: 'sig' } }
}
