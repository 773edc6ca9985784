// Targets in the one spelling that AWS computes signatures over. Clients may write `/a!b` or `+`, which services decode and
// encode again; so what is signed is also what is sent.
import { GatewayError } from '../errors.js'

/** A target to send, and its parts as the signer takes them. */
export interface SignableTarget {
  readonly target: string
  /** Encoded once. */
  readonly path: string
  /** Decoded. */
  readonly query: Readonly<Record<string, string[]>>
}

/**
 * Encodes every byte but letters, digits and `-._~` (IAM guide, "Create a canonical request").
 *
 * `+` in a query is a space, as forms write it. What cannot be decoded is taken as it is.
 * @throws GW_ERR_TARGET_REFUSED for `;params` in the path: the decision leaves them out, encoded they would be data
 */
export function toSignableTarget(raw: string): SignableTarget {
  const mark = raw.indexOf('?')
  const rawPath = mark === -1 ? raw : raw.slice(0, mark)
  if (rawPath.includes(';')) {
    const reason = 'parameters in a path cannot be signed as they were decided on'
    throw new GatewayError('GW_ERR_TARGET_REFUSED', { reason })
  }
  const path = rawPath.split('/').map(strict).join('/')
  if (mark === -1) return { target: path, path, query: {} }
  const query: Record<string, string[]> = Object.create(null)
  const pairs = raw
    .slice(mark + 1)
    .split('&')
    .filter(pair => pair !== '')
    .map(pair => {
      const equals = pair.indexOf('=')
      const [name, value] = equals === -1 ? [pair] : [pair.slice(0, equals), pair.slice(equals + 1)]
      const decodedName = decode(name.replaceAll('+', ' '))
      const decodedValue = decode((value ?? '').replaceAll('+', ' '))
      const values = query[decodedName] ?? []
      query[decodedName] = [...values, decodedValue]
      // `?acl` and `?acl=` are one to AWS, and not to every service behind it.
      return value === undefined
        ? encode(decodedName)
        : `${encode(decodedName)}=${encode(decodedValue)}`
    })
  return { target: pairs.length === 0 ? path : `${path}?${pairs.join('&')}`, path, query }
}

function strict(segment: string): string {
  return encode(decode(segment))
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function encode(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    sign => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}
