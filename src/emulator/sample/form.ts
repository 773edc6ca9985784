// Small forms of the sample application.

/** More than this is no note. */
export class FormTooLarge extends RangeError {}

const maxBytes = 64 * 1024

/** A urlencoded form. Throws {@link FormTooLarge} beyond 64 KB. */
export async function readForm(body: AsyncIterable<Buffer>): Promise<URLSearchParams> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of body) {
    bytes += chunk.length
    if (bytes > maxBytes) throw new FormTooLarge(`a form has ${maxBytes} bytes at most`)
    chunks.push(chunk)
  }
  return new URLSearchParams(Buffer.concat(chunks).toString('utf8'))
}
