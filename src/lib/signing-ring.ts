// Keys that sign what applications read (ES256, RFC 7518 section 3.4), made from the gateway's secrets: every
// instance with the same secrets has the same keys, a new secret brings a new key, older ones stay published.
import {
  createECDH,
  createHash,
  createPrivateKey,
  createPublicKey,
  hkdfSync,
  type KeyObject,
  sign,
} from 'node:crypto'

/** What a key signs. Each use has keys of its own, so that nothing signed for one passes for another. */
export type SigningUse = 'alb' | 'assertion'

/** A public key as it is published. */
export interface PublishedKey {
  /** SubjectPublicKeyInfo (RFC 7468 section 13). */
  readonly pem: string
  /** RFC 7517, with `kid`, `use` and `alg`. */
  readonly jwk: Readonly<Record<string, unknown>>
}

/** Signs with the newest key of a ring. */
export interface SigningRing {
  /**
   * A compact JWS (RFC 7515 section 7.1); `alg` and `kid` are added to the header.
   *
   * @param padded  true: each part keeps the `=` of base64, and the signature is over that text, as AWS ALB has it
   */
  sign(header: object, payload: object, padded: boolean): string
  /** By `kid`, newest first. */
  readonly published: ReadonlyMap<string, PublishedKey>
}

/** The order of the group P-256 (NIST SP 800-186). */
const order = BigInt('0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551')

/** A ring for one use. @param secrets  newest first, each at least 32 bytes */
export function createSigningRing(secrets: readonly Buffer[], use: SigningUse): SigningRing {
  const keys = secrets.map(secret => deriveKey(secret, use))
  const published = keys.map(({ kid, key }): [string, PublishedKey] => {
    const open = createPublicKey(key)
    const jwk = { ...open.export({ format: 'jwk' }), kid, use: 'sig', alg: 'ES256' }
    return [kid, { pem: open.export({ format: 'pem', type: 'spki' }) as string, jwk }]
  })
  const [newest] = keys
  if (newest === undefined) throw new RangeError('a signing ring needs at least one key')

  return {
    published: new Map(published),
    sign(header, payload, padded) {
      const encode = padded ? paddedBase64url : plainBase64url
      const parts = [{ ...header, alg: 'ES256', kid: newest.kid }, payload]
      const signed = parts.map(part => encode(Buffer.from(JSON.stringify(part)))).join('.')
      const signature = sign('sha256', Buffer.from(signed), {
        key: newest.key,
        dsaEncoding: 'ieee-p1363',
      })
      return `${signed}.${encode(signature)}`
    },
  }
}

/**
 * A P-256 key from a secret. 384 bits are reduced to the range of private keys, so that none is likelier than another
 * (FIPS 186-5 appendix A.2.1). The `kid` is a UUID (RFC 9562 version 8) of the public key: AWS ALB's are UUIDs, and
 * what verifies them refuses others.
 */
function deriveKey(secret: Buffer, use: SigningUse): { kid: string; key: KeyObject } {
  const bytes = Buffer.from(hkdfSync('sha256', secret, '', `cognito-gateway sign ${use}`, 48))
  const d = (BigInt(`0x${bytes.toString('hex')}`) % (order - 1n)) + 1n
  const pair = createECDH('prime256v1')
  pair.setPrivateKey(Buffer.from(d.toString(16).padStart(64, '0'), 'hex'))
  const point = pair.getPublicKey()
  const key = createPrivateKey({
    format: 'jwk',
    key: {
      kty: 'EC',
      crv: 'P-256',
      d: pair.getPrivateKey().toString('base64url').padStart(43, 'A'),
      x: point.subarray(1, 33).toString('base64url'),
      y: point.subarray(33).toString('base64url'),
    },
  })
  return { kid: uuidOf(point), key }
}

function uuidOf(point: Buffer): string {
  const hash = createHash('sha256').update(point).digest()
  hash[6] = ((hash[6] as number) & 0x0f) | 0x80
  hash[8] = ((hash[8] as number) & 0x3f) | 0x80
  const hex = hash.toString('hex')
  const cut = [0, 8, 12, 16, 20].map((from, at, all) => hex.slice(from, all[at + 1] ?? 32))
  return cut.join('-')
}

function plainBase64url(bytes: Buffer): string {
  return bytes.toString('base64url')
}

function paddedBase64url(bytes: Buffer): string {
  const text = bytes.toString('base64url')
  return text.padEnd(Math.ceil(text.length / 4) * 4, '=')
}
