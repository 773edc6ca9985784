// Who did what, and when: one line for each event that somebody may be asked about later. Never a token, a cookie or
// the id of a session, which is as good as one; its hash joins the lines of a session.
import { createHash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Identity, Session } from '../model.js'

/** What is written down, and its sentence. */
export const auditEvents = {
  sign_in: 'signed in',
  sign_in_refused: 'sign-in refused',
  refresh: 'session refreshed',
  refresh_failed: 'refresh failed; session kept',
  sign_out: 'signed out',
  session_ended: 'session ended',
  access_refused: 'access refused',
  settings_loaded: 'settings loaded',
} as const
export type AuditEvent = keyof typeof auditEvents

/** The request behind an event. */
export interface AuditedRequest {
  /** Its id in other logs; null where it is not known. */
  readonly id: string | null
  readonly raw: Pick<IncomingMessage, 'socket' | 'headers'>
}

/** What is known of an event. */
export interface AuditFacts {
  readonly session?: Session | null | undefined
  /** Of whom, where there is no session. */
  readonly identity?: Identity | null | undefined
  readonly request?: AuditedRequest | undefined
  /** Words of ours, or an error code. */
  readonly reason?: string | undefined
  /** Further fields of this event: names and values of ours. */
  readonly more?: Readonly<Record<string, unknown>>
}

/** Writes events down. Never throws. */
export type RecordEvent = (event: AuditEvent, facts: AuditFacts) => void

const maxAgentCharacters = 200

/**
 * @param write  one line: fields and sentence; null to write nothing
 * @param addressOf  the client's address, as far as trusted proxies vouch for it
 */
export function createAuditTrail({
  write,
  addressOf,
}: {
  write: ((fields: Readonly<Record<string, unknown>>, sentence: string) => void) | null
  addressOf: (request: AuditedRequest['raw']) => string
}): RecordEvent {
  if (write === null) return () => {}
  return (event, { session, identity, request, reason, more = {} }) => {
    const who = session?.identity ?? identity ?? null
    const fields = {
      event,
      id: request?.id ?? undefined,
      sub: who?.subject,
      session: session ? hashOf(session.id) : undefined,
      ...cognitoIds(who),
      address: request && addressOf(request.raw),
      userAgent: request && agentOf(request.raw),
      reason,
      ...more,
    }
    write(fields, auditEvents[event])
  }
}

/** Joins the lines of a session, and opens nothing. */
export function hashOf(sessionId: string): string {
  return createHash('sha256').update(sessionId).digest('base64url').slice(0, 22)
}

/** What Cognito's own records (CloudTrail, user activity) know this sign-in by. */
function cognitoIds(identity: Identity | null): Record<string, string> {
  const ids = ['origin_jti', 'event_id'].map(name => [name, identity?.claims[name]] as const)
  return Object.fromEntries(
    ids.filter((id): id is [string, string] => typeof id[1] === 'string' && isId(id[1])),
  )
}

/** Anything else in such a claim is not Cognito's. */
function isId(text: string): boolean {
  return /^[\w-]{1,64}$/.test(text)
}

/** As it was sent, but short, and without what a terminal or a reader of lines could take for its own. */
function agentOf({ headers }: AuditedRequest['raw']): string | undefined {
  return headers['user-agent']
    ?.slice(0, maxAgentCharacters)
    .replaceAll(/[^\x20-\x7e]/g, seen => `\\x${seen.charCodeAt(0).toString(16).padStart(2, '0')}`)
}
