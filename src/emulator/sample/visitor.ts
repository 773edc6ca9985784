// Who the proxy in front says it is. The application has nothing else to go by.
import type { IncomingHttpHeaders } from 'node:http'

export interface Visitor {
  /** Null when nobody is signed in. */
  readonly name: string | null
  readonly email: string
  readonly groups: readonly string[]
}

/** Reads X-Forwarded-Preferred-Username, -Email and -Groups; their bytes are UTF-8. */
export function readVisitor(headers: IncomingHttpHeaders): Visitor {
  const read = (name: string) => Buffer.from(String(headers[name] ?? ''), 'latin1').toString('utf8')
  const name = read('x-forwarded-preferred-username') || read('x-forwarded-user')
  const groups = read('x-forwarded-groups').split(',')
  return {
    name: name === '' ? null : name,
    email: read('x-forwarded-email'),
    groups: groups.map(group => group.trim()).filter(group => group !== ''),
  }
}
