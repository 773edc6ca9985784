// What a route changes in the head of an answer: addresses of the application become public ones, and
// headers are set or taken away.
import { createPathRestorer, type Prefix } from './prefix.js'

/** Changes a raw header list of the application's: name, value, name, value, … */
export type EditAnswer = (headers: string[]) => string[]

/** Header names in lower case, their lines as bytes; null takes a header away. */
export type HeaderSettings = Readonly<Record<string, string | null>>

type Restore = (address: string) => string

/**
 * The changes of one route at one public origin; null for none.
 *
 * Led back are `Location`, `Content-Location` and `Refresh`, and with a prefix the paths of cookies. Of absolute
 * addresses only those are touched whose host is the public one or the application's own.
 * @param ownHost  host of the application as it sees it; null where it sees the public one
 */
export function createAnswerEdits({
  publicOrigin,
  ownHost,
  prefix,
  set,
  lines = [],
}: {
  publicOrigin: string
  ownHost: string | null
  prefix: Prefix | null
  set: HeaderSettings
  /** Added to what the application says. */
  lines?: readonly string[]
}): EditAnswer | null {
  const restorePath = prefix === null ? null : createPathRestorer(prefix)
  const editors = editorsOf(restorePath, createRestore(publicOrigin, ownHost, restorePath))
  const names = new Set(Object.keys(set).map(name => name.toLowerCase()))
  const added = [...lines, ...toLines(set)]
  const leadsBack = ownHost !== null || prefix !== null
  if (!leadsBack && names.size === 0 && lines.length === 0) return null

  return headers => {
    const edited: string[] = []
    for (let at = 0; at < headers.length; at += 2) {
      const name = headers[at] as string
      const value = headers[at + 1] as string
      const lower = name.toLowerCase()
      if (names.has(lower)) continue
      const edit = leadsBack ? editors.get(lower) : undefined
      edited.push(name, edit === undefined ? value : edit(value))
    }
    for (const line of added) edited.push(line)
    return edited
  }
}

/** The same changes, and the gateway's lines in place of what the application says of other origins (CORS). */
export function withCors(edit: EditAnswer | null, lines: readonly string[]): EditAnswer {
  return headers => {
    const edited: string[] = []
    const before = edit === null ? headers : edit(headers)
    for (let at = 0; at < before.length; at += 2) {
      const name = before[at] as string
      if (!/^access-control-/i.test(name)) edited.push(name, before[at + 1] as string)
    }
    edited.push(...lines)
    return edited
  }
}

/** Header lines with values as bytes, one character each; without what is only taken away. */
export function toLines(set: HeaderSettings): string[] {
  return Object.entries(set).flatMap(([name, value]) =>
    value === null ? [] : [name, Buffer.from(value, 'utf8').toString('latin1')],
  )
}

function editorsOf(restorePath: Restore | null, restore: Restore) {
  const editors = new Map<string, (value: string) => string>([
    ['location', restore],
    ['content-location', restore],
    ['refresh', value => value.replace(refreshUrl, (_, before, url) => before + restore(url))],
  ])
  if (restorePath !== null) {
    editors.set('set-cookie', line => (hostBound.test(line) ? line : inPath(line, restorePath)))
  }
  return editors
}

/** `5; url=/page`, also quoted (HTML, section on the Refresh header). */
const refreshUrl = /^(\s*[\d.]*\s*[;,]\s*(?:url\s*=\s*)?["']?)([^"'\s]+)/i

/** Browsers take a cookie of this name for the whole host, or not at all (RFC 6265bis section 4.1.3.2). */
const hostBound = /^\s*__Host-/i
const cookiePath = /(;\s*path\s*=\s*)([^;]*)/gi

function inPath(line: string, restorePath: Restore): string {
  return line.replaceAll(cookiePath, (_, before: string, path: string) => {
    const trimmed = path.trim()
    return before + (trimmed.startsWith('/') ? cookiePathOf(restorePath(trimmed)) : path)
  })
}

/** `/app/` would leave out `/app` itself (RFC 6265 section 5.1.4). */
function cookiePathOf(path: string): string {
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path
}

function createRestore(
  publicOrigin: string,
  ownHost: string | null,
  restorePath: Restore | null,
): Restore {
  const hosts = new Set([new URL(publicOrigin).host, ...(ownHost === null ? [] : [ownHost])])
  const restore: Restore = restorePath ?? (path => path)

  return address => {
    const [, host] = /^(?:https?:)?\/\/([^/?#\\]*)/i.exec(address) ?? []
    if (host === undefined) return /^\/(?![/\\])/.test(address) ? restore(address) : address
    if (!hosts.has(host.toLowerCase())) return address
    const path = address.slice(address.indexOf(host, address.indexOf('//') + 2) + host.length)
    return publicOrigin + restore(path.startsWith('/') ? path : `/${path}`)
  }
}
