// What leaves the process sealed can be opened here alone, for the same purpose and in the same place.
import {
  createCipheriv,
  createDecipheriv,
  createSecretKey,
  hkdfSync,
  type KeyObject,
} from 'node:crypto'
import { randomBytes } from './random.js'

/** What a sealed value is for. Each purpose has a key of its own, so none passes for another. */
export type Purpose = 'session' | 'transaction' | 'state' | 'rounds' | 'signed-out' | 'ended'

/** An opened value. */
export interface Opened {
  readonly plaintext: Buffer
  /** True when an older key of the ring sealed it: time to seal it again. */
  readonly stale: boolean
}

/** Seals and opens short values with the keys of one ring. */
export interface Sealer {
  /**
   * AES-256-GCM (NIST SP 800-38D) under a fresh random nonce; base64url.
   *
   * @param place  where the value will be found, such as origin and cookie name: bound in, not stored
   */
  seal(purpose: Purpose, place: string, plaintext: string | Buffer): string
  /** Null for whatever was not sealed here, for this purpose and place: damage, forgery, a lost key. */
  open(purpose: Purpose, place: string, sealed: string): Opened | null
}

const version = 1
const keyIdBytes = 4
const nonceBytes = 12
const tagBytes = 16
const headBytes = 1 + keyIdBytes + nonceBytes
const overheadBytes = headBytes + tagBytes
const associatedHeadBytes = 1 + keyIdBytes

/** Longer than everything that cookies of a site can hold; what is longer still gets room of its own. */
const workBytes = 64 * 1024
/**
 * Where values are decoded, one after the other: each is read within one call, and what comes out of it is a copy. A
 * buffer for each would be memory outside the heap, which costs more to make and to let go than the decoding.
 */
const work = Buffer.allocUnsafeSlow(workBytes)
const associated = Buffer.allocUnsafeSlow(4096)

interface RingKey {
  readonly id: Buffer
  readonly secret: Buffer
  readonly byPurpose: Map<Purpose, KeyObject>
}

/**
 * A sealer over a key ring.
 *
 * Sealed form: version (1 byte), key id (4), nonce (12), ciphertext, tag (16). Version, key id and place
 * are associated data; the purpose is in the key (HKDF-SHA-256, RFC 5869).
 * @param secrets  newest first, each at least 32 bytes; the newest seals, all open
 */
export function createSealer(secrets: readonly Buffer[]): Sealer {
  const ring = secrets.map(toRingKey)
  const [newest] = ring
  if (newest === undefined) throw new RangeError('a sealer needs at least one key')

  return {
    seal(purpose, place, plaintext) {
      const nonce = randomBytes(nonceBytes)
      const head = Buffer.concat([Buffer.of(version), newest.id, nonce])
      const cipher = createCipheriv('aes-256-gcm', keyFor(newest, purpose), nonce)
      cipher.setAAD(associatedData(head, place))
      const body = cipher.update(plaintext as string, 'utf8')
      cipher.final()
      return Buffer.concat([head, body, cipher.getAuthTag()]).toString('base64url')
    },

    open(purpose, place, sealed) {
      const bytes = decode(sealed)
      if (bytes.length < overheadBytes || bytes[0] !== version) return null
      const key = ring.find(({ id }) => bytes.compare(id, 0, keyIdBytes, 1, 1 + keyIdBytes) === 0)
      // Decoding skips what is no base64url: one sealed value has one spelling, and every other is damage.
      if (key === undefined || bytes.toString('base64url') !== sealed) return null
      const plaintext = decrypt(bytes, keyFor(key, purpose), place)
      return plaintext === null ? null : { plaintext, stale: key !== newest }
    },
  }
}

function toRingKey(secret: Buffer): RingKey {
  return { id: derive(secret, 'key id', keyIdBytes), secret, byPurpose: new Map() }
}

function keyFor(key: RingKey, purpose: Purpose): KeyObject {
  const known = key.byPurpose.get(purpose)
  if (known !== undefined) return known
  const made = createSecretKey(derive(key.secret, `seal ${purpose}`, 32))
  key.byPurpose.set(purpose, made)
  return made
}

function derive(secret: Buffer, label: string, bytes: number): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, '', `cognito-gateway ${label}`, bytes))
}

/** Good until the next value is decoded. */
function decode(sealed: string): Buffer {
  // Three bytes for four characters at most.
  if (sealed.length > workBytes) return Buffer.from(sealed, 'base64url')
  return work.subarray(0, work.write(sealed, 'base64url'))
}

/** Good until the next is made: whoever takes it works it in at once. */
function associatedData(head: Buffer, place: string): Buffer {
  // Three bytes for a character at most.
  if (associatedHeadBytes + place.length * 3 > associated.length)
    return Buffer.concat([head.subarray(0, associatedHeadBytes), Buffer.from(place, 'utf8')])
  head.copy(associated, 0, 0, associatedHeadBytes)
  return associated.subarray(0, associatedHeadBytes + associated.write(place, associatedHeadBytes))
}

function decrypt(bytes: Buffer, key: KeyObject, place: string): Buffer | null {
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(1 + keyIdBytes, headBytes))
  decipher.setAAD(associatedData(bytes, place))
  decipher.setAuthTag(bytes.subarray(-tagBytes))
  const plaintext = decipher.update(bytes.subarray(headBytes, -tagBytes))
  try {
    decipher.final()
    return plaintext
  } catch {
    return null
  }
}
