// Why Redis cannot be used, in words that name the setting to look at.
import type { RedisPlace } from './client.js'
import { replyKind } from './runner.js'

const replies: Readonly<Record<string, string>> = {
  WRONGPASS: 'Redis does not accept the user and password of session.redis.url',
  NOAUTH: 'Redis wants a password, and session.redis.url has none',
  NOPERM: 'the ACL user of session.redis.url may not run a command that the gateway needs',
  ERR: 'Redis refuses the handshake; the database number of session.redis.url may be none that it has',
  DENIED: 'Redis is in protected mode: it wants a password, or an address to bind to',
}

const wrongAuthority =
  'the certificate of Redis is not signed by an authority known here; session.redis.ca names the file'
const wantsCertificate =
  'Redis wants a client certificate that it trusts: session.redis.cert and session.redis.key'
const noTls = 'the server speaks no TLS on this port, and the URL has rediss://'

/** Codes of Node.js and OpenSSL. */
const codes: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: wrongAuthority,
  SELF_SIGNED_CERT_IN_CHAIN: wrongAuthority,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: wrongAuthority,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: wrongAuthority,
  CERT_SIGNATURE_FAILURE: wrongAuthority,
  CERT_HAS_EXPIRED: 'the certificate of Redis has expired',
  ERR_TLS_CERT_ALTNAME_INVALID: 'the certificate of Redis is for another name than the URL has',
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: wantsCertificate,
  ERR_SSL_TLSV1_ALERT_UNKNOWN_CA: wantsCertificate,
  ERR_SSL_WRONG_VERSION_NUMBER: noTls,
  ERR_SSL_PACKET_LENGTH_TOO_LONG: noTls,
  EPROTO: noTls,
  ECONNREFUSED: 'nobody listens at this address',
  ENOTFOUND: 'the host name is not known',
  EAI_AGAIN: 'the host name cannot be looked up right now',
  ETIMEDOUT:
    'the address does not answer; a server without TLS does not, where the URL has rediss://',
  ECONNRESET:
    'the server ends the connection at once; it may want a client certificate (session.redis.cert, session.redis.key), or TLS (rediss://)',
}

const places: Readonly<Record<RedisPlace['kind'], string | undefined>> = {
  single: undefined,
  sentinel:
    'no sentinel names a primary; look at the hosts, and at the name of the primary, in session.redis.url',
  cluster: 'no node of the cluster answers as one; look at the hosts in session.redis.url',
}

/**
 * The cause and what to look at; undefined for what speaks for itself.
 *
 * Decides by the kind of an error reply (RESP, simple errors) or the code of a connection error.
 */
export function explainRedisFailure(error: Error, kind: RedisPlace['kind']): string | undefined {
  return reasonOf(error) ?? reasonOf(error.cause) ?? places[kind]
}

function reasonOf(error: unknown): string | undefined {
  const kind = replyKind(error)
  if (kind !== null) return replies[kind]
  const { code } = (error ?? {}) as { code?: unknown }
  return typeof code === 'string' ? codes[code] : undefined
}
