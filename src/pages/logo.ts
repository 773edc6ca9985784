// The logo of the site, as the pages carry it: a data URL, so that no page needs a second request.
import { readFileSync } from 'node:fs'

/** So that a page with its logo stays below 20 KB. */
export const maxLogoBytes = 8192

const kinds: readonly (readonly [type: string, matches: (bytes: Buffer) => boolean])[] = [
  ['image/png', bytes => bytes.subarray(0, 8).toString('latin1') === '\x89PNG\r\n\x1a\n'],
  ['image/jpeg', bytes => bytes.subarray(0, 3).toString('latin1') === '\xff\xd8\xff'],
  ['image/webp', bytes => /^RIFF.{4}WEBP/s.test(bytes.subarray(0, 12).toString('latin1'))],
  [
    'image/svg+xml',
    bytes =>
      /^\s*<(?:svg|\?xml|!--|!DOCTYPE svg)[\s\S]*$/i.test(bytes.toString('utf8')) &&
      bytes.includes('<svg'),
  ],
]

/**
 * A picture of at most 8 KB as a `data:` URL: SVG, PNG, JPEG or WebP, told by its content.
 *
 * In an `img` element no script of an SVG runs and nothing is fetched (SVG 2 section 2.2, secure static mode).
 * @throws RangeError that says what is wrong with the file
 */
export function readLogo(file: string): string {
  const bytes = readBytes(file)
  if (bytes.length > maxLogoBytes) {
    throw new RangeError(
      `${file} has ${bytes.length} bytes; at most ${maxLogoBytes} are taken, since every page carries them`,
    )
  }
  const [type] = kinds.find(([, matches]) => matches(bytes)) ?? []
  if (type === undefined) throw new RangeError(`${file} is no SVG, PNG, JPEG or WebP picture`)
  return `data:${type};base64,${bytes.toString('base64')}`
}

function readBytes(file: string): Buffer {
  try {
    return readFileSync(file)
  } catch (error) {
    throw new RangeError(`${file} cannot be read (${(error as NodeJS.ErrnoException).code})`)
  }
}
