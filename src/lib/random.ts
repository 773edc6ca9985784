// Unpredictable bytes for nonces, states and ids. A call of the generator costs the same for 12 bytes as for a thousand,
// 3 µs, and a sign-in asks nine times.
import { randomFillSync } from 'node:crypto'

const poolBytes = 2048

/** Bytes of node's own generator that nobody has seen. Each is given out once, and is not kept. */
const pool = Buffer.allocUnsafeSlow(poolBytes)
let used = poolBytes

/** So many bytes of the system's random generator (CSPRNG), in a buffer of their own. */
export function randomBytes(count: number): Buffer {
  const bytes = Buffer.allocUnsafeSlow(count)
  if (count > poolBytes) return randomFillSync(bytes)
  if (used + count > poolBytes) {
    randomFillSync(pool)
    used = 0
  }
  pool.copy(bytes, 0, used, used + count)
  // What became a key or a secret must not be read here afterwards.
  pool.fill(0, used, used + count)
  used += count
  return bytes
}

/** So many random bytes as text of the alphabet of URLs. */
export function randomText(bytes: number): string {
  return randomBytes(bytes).toString('base64url')
}
