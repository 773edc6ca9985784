// Kinds of settings that several rooms have, and what every setting says of itself.
import { readFileSync } from 'node:fs'
import * as z from 'zod'
import { parseDuration } from './duration.js'
import { parseSize } from './size.js'

declare module 'zod' {
  interface GlobalMeta {
    /** Name of the environment variable that carries this setting. */
    env?: string
    /** A value somebody could really use. */
    example?: unknown
    /** True when the value must never be printed. */
    secret?: boolean
  }
}

/** A duration: text with a unit (`30s`, `15m`, `12h`, `7d`) in, seconds out. */
export function durationSetting(minSeconds: number, maxSeconds = 400 * 86_400) {
  return z.union([z.string(), z.number()]).transform((value, context) => {
    const complaint = (message: string) => {
      context.addIssue({ code: 'custom', message })
      return z.NEVER
    }
    try {
      const seconds = parseDuration(value)
      if (seconds < minSeconds) return complaint(`must be at least ${minSeconds}s`)
      if (seconds > maxSeconds) return complaint(`must be at most ${maxSeconds / 86_400}d`)
      return seconds
    } catch (error) {
      return complaint((error as Error).message)
    }
  })
}

const portComplaint = 'must be a port number from 0 to 65535'

/** A TCP port, as a number or in digits; 0 lets the system choose. Nothing else counts as 0. */
export const portSetting = z
  .union(
    [
      z.number(),
      z
        .string()
        .regex(/^\d{1,5}$/)
        .transform(Number),
    ],
    portComplaint,
  )
  .refine(port => Number.isInteger(port) && port >= 0 && port <= 65_535, portComplaint)

/** A list that may be empty, or text that separates its items by commas or white space. */
export const anyListSetting = z
  .union([
    z.string().transform(text => text.split(/[\s,]+/).filter(item => item !== '')),
    z.array(z.string()),
  ])
  .pipe(z.array(z.string().min(1)))

/** The same with something in it. */
export const listSetting = anyListSetting.pipe(z.array(z.string()).min(1))

/** An instant: ISO 8601 with a time zone in, NumericDate seconds out. */
export const instantSetting = z
  .union([z.iso.datetime({ offset: true }), z.date()], {
    error: 'expected an instant with its time zone, such as 2026-11-20T18:00:00Z',
  })
  .transform(given => Math.floor(new Date(given).getTime() / 1000))

/** A size: bytes, or text with a unit (`500KB`, `10MB`, `2GB`) in, bytes out. */
export const sizeSetting = z.union([z.string(), z.number()]).transform((value, context) => {
  try {
    return parseSize(value)
  } catch (error) {
    context.addIssue({ code: 'custom', message: (error as Error).message })
    return z.NEVER
  }
})

/** The path of a file in, the text in it out, without white space around it. */
export const secretFileSetting = z
  .string()
  .min(1)
  .transform((file, context) => {
    try {
      return readFileSync(file, 'utf8').trim()
    } catch (error) {
      const message = `${file} cannot be read (${(error as NodeJS.ErrnoException).code})`
      context.addIssue({ code: 'custom', message })
      return z.NEVER
    }
  })

/** The path of a PEM file in, its content out. */
export const pemFileSetting = z
  .string()
  .min(1)
  .transform((file, context) => {
    const complaint = (message: string) => {
      context.addIssue({ code: 'custom', message })
      return z.NEVER
    }
    try {
      return readPem(file)
    } catch (error) {
      return complaint((error as Error).message)
    }
  })

/** What stands in a PEM file. @throws Error that names the file and what is wrong */
export function readPem(file: string): string {
  // Somebody may have put the key itself here.
  const name = /[\r\n]|-----/.test(file) ? 'the file' : file
  let content: string
  try {
    content = readFileSync(file, 'utf8')
  } catch (error) {
    throw new Error(`${name} cannot be read (${(error as NodeJS.ErrnoException).code})`)
  }
  if (!content.includes('-----BEGIN ')) throw new Error(`${name} is a file without PEM in it`)
  return content
}
