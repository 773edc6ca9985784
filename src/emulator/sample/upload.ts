// Size and hash of an uploaded file as it streams by: multipart/form-data (RFC 7578) read with a window of one
// chunk, so that a large file needs no more memory than a small one.
import { createHash, type Hash } from 'node:crypto'

/** What is known of a file after it has passed. */
export interface Upload {
  readonly name: string
  readonly bytes: number
  readonly sha256: string
}

const maxPartHeaderBytes = 16 * 1024
const blankLine = Buffer.from('\r\n\r\n')

/**
 * Measures the first file of a form.
 * @param body         read to its end
 * @param contentType  names the boundary
 * @returns null when there is no file, or the body is no such form
 */
export async function measureUpload(
  body: AsyncIterable<Buffer>,
  contentType: string | undefined,
): Promise<Upload | null> {
  const [, quoted, bare] =
    /^multipart\/form-data;.*?boundary=(?:"([^"]+)"|([^;\s]+))/i.exec(contentType ?? '') ?? []
  const boundary = quoted ?? bare
  if (boundary === undefined) {
    for await (const _ of body);
    return null
  }
  const parts = new Parts(boundary)
  for await (const chunk of body) parts.take(chunk)
  return parts.upload()
}

/** Cuts a form into parts as its bytes arrive. */
class Parts {
  readonly #delimiter: Buffer
  /** The first delimiter has no line break before it; so one is put there. */
  #rest: Buffer = Buffer.from('\r\n')
  #within: 'preamble' | 'header' | 'content' | 'end' = 'preamble'
  #file: { name: string; bytes: number; hash: Hash; open: boolean } | null = null

  constructor(boundary: string) {
    this.#delimiter = Buffer.from(`\r\n--${boundary}`, 'latin1')
  }

  take(chunk: Buffer): void {
    if (this.#within === 'end') return
    this.#rest = Buffer.concat([this.#rest, chunk])
    while (this.#within === 'header' ? this.#readHeader() : this.#readContent());
  }

  /** Only a file that came to its end counts. */
  upload(): Upload | null {
    if (this.#file === null || this.#file.open) return null
    const { name, bytes, hash } = this.#file
    return { name, bytes, sha256: hash.digest('hex') }
  }

  /** Up to the next delimiter; true when it was found. */
  #readContent(): boolean {
    if (this.#within === 'end') return false
    const end = this.#rest.indexOf(this.#delimiter)
    // A delimiter may have begun in the last bytes: those wait for the next chunk.
    const safe = end === -1 ? Math.max(0, this.#rest.length - this.#delimiter.length + 1) : end
    if (this.#within === 'content') this.#measure(this.#rest.subarray(0, safe))
    this.#rest = this.#rest.subarray(end === -1 ? safe : end + this.#delimiter.length)
    if (end === -1) return false
    if (this.#within === 'content' && this.#file !== null) this.#file.open = false
    this.#within = 'header'
    return true
  }

  /** A part's header up to its blank line; true when it was there. */
  #readHeader(): boolean {
    if (this.#rest.subarray(0, 2).equals(Buffer.from('--'))) return this.#stop()
    const end = this.#rest.indexOf(blankLine)
    if (end === -1) return this.#rest.length > maxPartHeaderBytes ? this.#stop() : false
    const header = this.#rest.subarray(0, end).toString('utf8')
    this.#rest = this.#rest.subarray(end + blankLine.length)
    const [, name] = /filename="([^"]*)"/i.exec(header) ?? []
    if (name && this.#file === null) {
      this.#file = { name, bytes: 0, hash: createHash('sha256'), open: true }
    }
    this.#within = 'content'
    return true
  }

  #measure(bytes: Buffer): void {
    if (this.#file === null || !this.#file.open) return
    this.#file.bytes += bytes.length
    this.#file.hash.update(bytes)
  }

  #stop(): false {
    this.#within = 'end'
    this.#rest = Buffer.alloc(0)
    return false
  }
}
