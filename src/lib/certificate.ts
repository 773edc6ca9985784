// A certificate with its key, as a listener needs them.
import { createPrivateKey } from 'node:crypto'
import { createSecureContext, type SecureContextOptions } from 'node:tls'

/** PEM; all may be absent while settings are still looked at. */
export interface PairParts {
  readonly cert: string | undefined
  readonly key: string | undefined
  /** Certificates between it and its authority, where `cert` has the first alone. */
  readonly ca: string | undefined
  readonly passphrase: string | undefined
}

/** What is wrong, and with which part. */
export interface PairComplaint {
  readonly part: 'cert' | 'key' | 'passphrase'
  readonly text: string
}

const complaints: Readonly<Record<string, PairComplaint>> = {
  ERR_OSSL_X509_KEY_VALUES_MISMATCH: {
    part: 'key',
    text: 'is the key of another certificate than tls.cert',
  },
  ERR_OSSL_X509_KEY_TYPE_MISMATCH: {
    part: 'key',
    text: 'is of another kind than the key of the certificate in tls.cert',
  },
}

/** Null when they can serve, and when there are none. */
export function complaintOfPair(parts: PairParts): PairComplaint | null {
  const { cert, key } = parts
  if (cert === undefined && key === undefined) return null
  if (cert === undefined) return { part: 'cert', text: 'is missing, and tls.key is given' }
  if (key === undefined) return { part: 'key', text: 'is missing, and tls.cert is given' }
  try {
    createSecureContext(toSecureContext(parts))
    return null
  } catch (error) {
    if (isShut(key, parts.passphrase)) {
      const isMissing = parts.passphrase === undefined
      const text = isMissing ? 'is missing, and tls.key is encrypted' : 'does not open tls.key'
      return { part: 'passphrase', text }
    }
    const { code = 'without a code' } = error as NodeJS.ErrnoException
    const known = Object.hasOwn(complaints, code) ? complaints[code] : undefined
    return known ?? { part: 'cert', text: `and tls.key cannot be used (${code})` }
  }
}

/**
 * Whether the key is encrypted, and stays so. Not told by OpenSSL's error: of 256 wrong passphrases one finds an end that looks
 * right, and whatever then comes out is refused for anything.
 */
function isShut(key: string, passphrase: string | undefined): boolean {
  if (!key.includes('ENCRYPTED')) return false
  try {
    createPrivateKey({ key, passphrase })
    return false
  } catch {
    return true
  }
}

/** What Node's TLS takes. Nothing older than TLS 1.2 (RFC 8996). */
export function toSecureContext({ cert, key, ca, passphrase }: PairParts): SecureContextOptions {
  return {
    cert: [cert, ca].filter(part => part !== undefined).join('\n'),
    key,
    passphrase,
    minVersion: 'TLSv1.2',
  }
}
