// Reads the gateway's secrets as people paste them: base64url, base64 or hex, newest first.
import { randomBytes } from 'node:crypto'

const minBytes = 32
/** Fewer different byte values than this among 32 or more never come from a random source. */
const minDistinctBytes = 12

/** A new secret: 256 random bits in base64url. */
export function generateSecret(): string {
  return randomBytes(minBytes).toString('base64url')
}

/**
 * One secret as bytes.
 *
 * @throws RangeError whose message says what was read and what is wanted, never the value itself
 */
export function parseSecret(text: string): Buffer {
  const { bytes, encoding } = decode(text)
  if (bytes.length < minBytes) {
    throw new RangeError(
      `was read as ${encoding} and holds ${bytes.length} bytes; at least ${minBytes} random bytes are needed`,
    )
  }
  if (new Set(bytes).size < minDistinctBytes) {
    throw new RangeError(`was read as ${encoding} and repeats itself; random bytes are needed`)
  }
  return bytes
}

function decode(text: string): { bytes: Buffer; encoding: string } {
  if (/^[0-9a-f]+$/i.test(text)) {
    if (text.length % 2 === 1) {
      throw new RangeError(`has ${text.length} hex digits, an odd number: one is lost or too many`)
    }
    return { bytes: Buffer.from(text, 'hex'), encoding: 'hex' }
  }
  // With padding too, as Python's urlsafe_b64encode writes it.
  if (/^[\w-]+={0,2}$/.test(text)) {
    return { bytes: Buffer.from(text, 'base64url'), encoding: 'base64url' }
  }
  if (/^[A-Za-z0-9+/]+={0,2}$/.test(text)) {
    return { bytes: Buffer.from(text, 'base64'), encoding: 'base64' }
  }
  throw new RangeError(
    `(${text.length} characters) is not base64url, base64 or hex; quotes and spaces do not belong to it`,
  )
}
