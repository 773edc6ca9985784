// The server's side of SRP (RFC 5054) in Cognito's variant: the 3072-bit group, numbers padded to a positive sign,
// SHA-256, the user name with the pool's name before it, and a key by HKDF with "Caldera Derived Key".
// Tested against AWS Amplify as the client.
import {
  createHash,
  createHmac,
  getDiffieHellman,
  hkdfSync,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto'

/** What the server keeps between its challenge and the client's answer. */
export interface SrpExchange {
  /** Hexadecimal, for the client. */
  readonly salt: string
  /** B, hexadecimal. */
  readonly publicKey: string
  /** Opaque to the client, which signs it. Base64. */
  readonly secretBlock: string
  readonly key: Buffer
}

/** Who is signing in, by the names that are hashed. */
export interface SrpUser {
  /** The pool's id behind its `_`. */
  readonly poolName: string
  /** `USER_ID_FOR_SRP`. */
  readonly userId: string
}

/** RFC 3526 section 5. */
const prime = toNumber(getDiffieHellman('modp15').getPrime('hex'))
const generator = 2n
const multiplier = toNumber(sha256(padded(prime) + padded(generator)))
const hexNumber = /^[0-9a-f]{1,1024}$/i

/** Answers a client's A; null when it is no number that a client may send. */
export function beginSrp(
  { poolName, userId }: SrpUser,
  password: string,
  clientKey: string,
): SrpExchange | null {
  if (!hexNumber.test(clientKey)) return null
  const a = toNumber(clientKey)
  // RFC 5054 section 2.5.4: anybody would know the key.
  if (a % prime === 0n) return null
  const salt = toNumber(randomBytes(16).toString('hex'))
  const identity = createHash('sha256').update(`${poolName}${userId}:${password}`).digest('hex')
  const verifier = power(generator, toNumber(sha256(padded(salt) + identity)))
  const secret = toNumber(randomBytes(32).toString('hex'))
  const b = (multiplier * verifier + power(generator, secret)) % prime
  const scrambler = toNumber(sha256(padded(a) + padded(b)))
  const shared = power((a * power(verifier, scrambler)) % prime, secret)
  return {
    salt: padded(salt),
    publicKey: padded(b),
    secretBlock: randomBytes(256).toString('base64'),
    key: deriveKey(shared, scrambler),
  }
}

/** Whether a client knows the key: its signature over names, secret block and time. */
export function isSignedWith(
  { key, secretBlock }: SrpExchange,
  { poolName, userId }: SrpUser,
  timestamp: string,
  signature: string,
): boolean {
  const right = createHmac('sha256', key)
    .update(`${poolName}${userId}`)
    .update(Buffer.from(secretBlock, 'base64'))
    .update(timestamp)
    .digest()
  const given = Buffer.from(signature, 'base64')
  return given.length === right.length && timingSafeEqual(given, right)
}

function deriveKey(shared: bigint, scrambler: bigint): Buffer {
  const bytes = (number: bigint) => Buffer.from(padded(number), 'hex')
  return Buffer.from(hkdfSync('sha256', bytes(shared), bytes(scrambler), 'Caldera Derived Key', 16))
}

/** base^exponent mod N, by squaring. */
function power(base: bigint, exponent: bigint): bigint {
  let [result, square] = [1n, base % prime]
  for (let left = exponent; left > 0n; left >>= 1n) {
    if (left & 1n) result = (result * square) % prime
    square = (square * square) % prime
  }
  return result
}

/** Whole bytes, the first bit 0, as a signed number would be written. */
function padded(number: bigint): string {
  const hex = number.toString(16)
  const whole = hex.length % 2 === 1 ? `0${hex}` : hex
  return /^[89a-f]/.test(whole) ? `00${whole}` : whole
}

function sha256(hex: string): string {
  return createHash('sha256').update(Buffer.from(hex, 'hex')).digest('hex')
}

function toNumber(hex: string): bigint {
  return BigInt(`0x${hex}`)
}
