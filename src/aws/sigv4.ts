// Signs requests to AWS services with a person's own credentials (Signature Version 4), by AWS's own signer.
// Source: IAM user guide, "AWS Signature Version 4 for API requests".
import { type BinaryLike, createHash, createHmac, type Hash, type Hmac } from 'node:crypto'
import type { Clock } from '../model.js'
import type { AwsCredentials } from './credentials.js'
import type { Sdk } from './sdk.js'
import type { Sigv4Settings } from './settings.js'
import { toSignableTarget } from './target.js'

/** A request before it is signed. Headers are name, value, name, value, …, and have one Host among them. */
export interface UnsignedRequest {
  readonly method: string
  readonly target: string
  readonly headers: readonly string[]
  /** Null where there is none; `streamed` where the signature leaves it out. */
  readonly body: Buffer | 'streamed' | null
}

/** What to send in its place. */
export interface SignedRequest {
  readonly target: string
  readonly headers: string[]
}

/** Signs one request. */
export type SignRequest = (
  request: UnsignedRequest,
  credentials: AwsCredentials,
) => Promise<SignedRequest>

/** Whether the bodies of requests can be left out of the signature, so that they stream. */
export function streamsBodies(
  { service, payload }: Pick<Sigv4Settings, 'service' | 'payload'>,
  isHttps: boolean,
): boolean {
  return payload === undefined ? service === 's3' && isHttps : payload === 'unsigned'
}

/** What the signature says itself; a client's are removed before. */
export function isOfSignature(name: string): boolean {
  const normal = name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')
  return ofSignature.has(normal)
}

const ofSignature: ReadonlySet<string> = new Set([
  'authorization',
  'x-amz-content-sha256',
  'x-amz-date',
  'x-amz-security-token',
])

/**
 * A signer for one service and Region.
 *
 * Signed are Host, Content-Type and every `X-Amz-…`; other headers may be changed by what is on the way to the service.
 * `Authorization` lines are replaced, whoever set them.
 */
export function createRequestSigner(
  { service, region }: Pick<Sigv4Settings, 'service' | 'region'>,
  { signer }: Sdk,
  clock: Clock,
): SignRequest {
  if (signer === null) throw new Error('the signer was not loaded')
  const { SignatureV4 } = signer

  return async ({ method, target: raw, headers, body }, credentials) => {
    const { target, path, query } = toSignableTarget(raw)
    const rest = headers.filter((_text, at) => !isOfSignature(headers[at - (at % 2)] as string))
    const signature = new SignatureV4({
      credentials,
      region,
      service,
      sha256: Sha256,
      // S3 takes paths as they are; everywhere else they are encoded once more (same source, "Canonical URI").
      uriEscapePath: service !== 's3',
    })
    const { headers: signed } = await signature.sign(
      {
        method,
        protocol: 'https:',
        hostname: '',
        // In the name of an object a slash is a slash, however it is written.
        path: service === 's3' ? path.replaceAll('%2F', '/') : path,
        query: { ...query },
        headers: {
          ...signedLines(rest),
          ...(body === 'streamed' ? { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' } : {}),
        },
        ...(Buffer.isBuffer(body) ? { body } : {}),
      },
      { signingDate: new Date(clock() * 1000) },
    )
    for (const name of ofSignature) {
      const value = signed[name]
      if (value !== undefined) rest.push(name, value)
    }
    return { target, headers: rest }
  }
}

/** Several lines of one name count as one list. */
function signedLines(headers: readonly string[]): Record<string, string> {
  const lines: Record<string, string> = {}
  for (let at = 0; at < headers.length; at += 2) {
    const name = (headers[at] as string).toLowerCase()
    if (name !== 'host' && name !== 'content-type' && !name.startsWith('x-amz-')) continue
    const value = (headers[at + 1] as string).trim()
    lines[name] = lines[name] === undefined ? value : `${lines[name]},${value}`
  }
  return lines
}

/** The system's own SHA-256, in the shape that the signer asks for: several times faster than one in JavaScript. */
class Sha256 {
  readonly #secret: BinaryLike | undefined
  #hash: Hash | Hmac

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#secret = secret as BinaryLike | undefined
    this.#hash = this.#begin()
  }

  update(data: Uint8Array): void {
    this.#hash.update(data)
  }

  async digest(): Promise<Uint8Array> {
    return this.#hash.digest()
  }

  reset(): void {
    this.#hash = this.#begin()
  }

  #begin(): Hash | Hmac {
    return this.#secret === undefined ? createHash('sha256') : createHmac('sha256', this.#secret)
  }
}
