// A self-signed certificate for https on this machine, made at the start: X.509 v3 with an EC key, written in DER by
// hand, since Node.js makes keys but no certificates. Source: RFC 5280, section 4.
import {
  createPrivateKey,
  generateKeyPairSync,
  randomBytes,
  sign,
  X509Certificate,
} from 'node:crypto'
import { isIP } from 'node:net'

/** A certificate and its key, PEM. */
export interface Certificate {
  readonly cert: string
  readonly key: string
}

const oid = {
  commonName: [0x55, 0x04, 0x03],
  ecdsaWithSha256: [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02],
  subjectAltName: [0x55, 0x1d, 0x11],
  basicConstraints: [0x55, 0x1d, 0x13],
  extendedKeyUsage: [0x55, 0x1d, 0x25],
  serverAuth: [0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x01],
}
const lifeMs = 365 * 86_400_000
/** Clocks of browsers may be behind. */
const skewMs = 3600_000

/** A certificate for these hosts: names and IP addresses. */
export function createCertificate(hosts: readonly string[]): Certificate {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const now = Date.now()
  const name = sequence(
    tlv(0x31, sequence(object(oid.commonName), tlv(0x0c, Buffer.from('local Cognito emulator')))),
  )
  const algorithm = sequence(object(oid.ecdsaWithSha256))
  // A serial number is positive: the first bit is 0.
  const serial = Buffer.concat([Buffer.from([0x01]), randomBytes(15)])
  const body = sequence(
    tlv(0xa0, tlv(0x02, Buffer.from([2]))),
    tlv(0x02, serial),
    algorithm,
    name,
    sequence(time(now - skewMs), time(now + lifeMs)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    tlv(0xa3, sequence(...extensions(hosts))),
  )
  const signature = sign('sha256', body, privateKey)
  const certificate = sequence(
    body,
    algorithm,
    tlv(0x03, Buffer.concat([Buffer.from([0]), signature])),
  )
  return {
    cert: new X509Certificate(certificate).toString(),
    key: createPrivateKey(privateKey.export({ type: 'pkcs8', format: 'pem' }))
      .export({ type: 'pkcs8', format: 'pem' })
      .toString(),
  }
}

/** An authority of itself, so that it can be trusted as it is; for servers; with the hosts. */
function extensions(hosts: readonly string[]): Buffer[] {
  const names = hosts.map(host =>
    isIP(host) === 0 ? tlv(0x82, Buffer.from(host)) : tlv(0x87, addressBytes(host)),
  )
  return [
    extension(oid.basicConstraints, sequence(tlv(0x01, Buffer.from([0xff]))), true),
    extension(oid.extendedKeyUsage, sequence(object(oid.serverAuth))),
    extension(oid.subjectAltName, sequence(...names)),
  ]
}

function extension(id: readonly number[], value: Buffer, isCritical = false): Buffer {
  const critical = isCritical ? [tlv(0x01, Buffer.from([0xff]))] : []
  return sequence(object(id), ...critical, tlv(0x04, value))
}

/** Of IPv6 only ::1 is asked for. */
function addressBytes(address: string): Buffer {
  if (isIP(address) === 4) return Buffer.from(address.split('.').map(Number))
  return Buffer.from([...Array<number>(15).fill(0), 1])
}

/** UTCTime, good until 2049. */
function time(ms: number): Buffer {
  const text = new Date(ms).toISOString().replace(/[-:T]/g, '').slice(2, 14)
  return tlv(0x17, Buffer.from(`${text}Z`))
}

function object(id: readonly number[]): Buffer {
  return tlv(0x06, Buffer.from(id))
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return tlv(0x30, Buffer.concat(parts))
}

/** Tag, length, value (X.690 section 8.1). */
function tlv(tag: number, value: Buffer): Buffer {
  const { length } = value
  if (length < 0x80) return Buffer.concat([Buffer.from([tag, length]), value])
  const bytes = length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.from([tag, ...bytes]), value])
}
