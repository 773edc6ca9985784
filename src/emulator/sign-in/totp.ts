// Codes of authenticator apps: RFC 6238 with SHA-1, six digits, 30 seconds, and one step to either side.
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
const stepSeconds = 30
const digits = 6
/** 160 bits (RFC 4226 section 4, R6). */
const secretBytes = 20

/** A new secret, base32. */
export function createTotpSecret(): string {
  const bits = [...randomBytes(secretBytes)].map(byte => byte.toString(2).padStart(8, '0')).join('')
  return (bits.match(/.{5}/g) ?? []).map(five => alphabet[Number.parseInt(five, 2)]).join('')
}

/** The code at an instant (NumericDate seconds). */
export function totpCode(secret: string, now: number): string {
  return codeOfStep(secret, Math.floor(now / stepSeconds))
}

/** The step that a code belongs to, of the present one and its neighbours; null when it fits none. */
export function matchingStep(secret: string, code: string, now: number): number | null {
  const present = Math.floor(now / stepSeconds)
  const given = Buffer.from(code)
  const fits = (step: number) => {
    const right = Buffer.from(codeOfStep(secret, step))
    return right.length === given.length && timingSafeEqual(right, given)
  }
  return [present, present - 1, present + 1].find(fits) ?? null
}

/** What authenticator apps read, from a QR code or a link. */
export function otpauthUri(secret: string, issuer: string, username: string): string {
  const label = `${encodeURIComponent(issuer)}:${encodeURIComponent(username)}`
  return `otpauth://totp/${label}?${new URLSearchParams({ secret, issuer })}`
}

/** RFC 4226 section 5.3. */
function codeOfStep(secret: string, step: number): string {
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(Math.max(0, step)))
  const hash = createHmac('sha1', fromBase32(secret)).update(counter).digest()
  const offset = (hash.at(-1) ?? 0) & 0xf
  const number = hash.readUInt32BE(offset) & 0x7fffffff
  return String(number % 10 ** digits).padStart(digits, '0')
}

function fromBase32(secret: string): Buffer {
  const bits = [...secret].map(letter => alphabet.indexOf(letter).toString(2).padStart(5, '0'))
  const bytes = bits.join('').match(/.{8}/g) ?? []
  return Buffer.from(bytes.map(byte => Number.parseInt(byte, 2)))
}
