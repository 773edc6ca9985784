// Events of the user pool, from their envelope to the sessions they concern, with what is written down of them.
import type { RecordEvent } from '../audit/trail.js'
import { readUserEvent, type UserEvent } from '../cognito/cloud-trail.js'
import type { TakeEvent } from '../endpoints/events.js'
import { createNowAndThen } from '../lib/now-and-then.js'
import type { Log } from '../log.js'
import type { Revoke } from '../session/revocation.js'
import type { UserChanges } from '../session/user-changes.js'

/** What goes on being of no use is written down this often. */
const logPauseMs = 60_000

/** Takes events for one pool. @param onEnded  told once for each session that was found, and once where none can be */
export function takeUserEvents({
  userPoolId,
  changes,
  revoke,
  record,
  onEnded,
  log,
}: {
  userPoolId: string
  changes: UserChanges
  revoke: Revoke
  record: RecordEvent
  onEnded: () => void
  log: Pick<Log, 'info' | 'warn'>
}): TakeEvent {
  const sometimes = createNowAndThen(logPauseMs)

  async function apply({ operation, ...change }: UserEvent & { subject: string }): Promise<string> {
    const { subject: sub, event, at } = change
    const result = await changes.apply(change)
    const { outcome } = result
    log.info({ sub, operation, event, outcome }, 'event of the user pool')
    if (outcome !== 'ended') return outcome
    const reason = `${operation} at Cognito`
    for (const session of result.sessions) {
      record('session_ended', { session, reason })
      // Nobody waits for the revocation: it reports its own failure.
      void revoke(session)
    }
    if (result.sessions.length === 0) record('session_ended', { reason, more: { sub, at } })
    for (let n = Math.max(1, result.sessions.length); n > 0; n--) onEnded()
    return outcome
  }

  return async body => {
    const event = readUserEvent(body, userPoolId)
    if (event === null) return null
    if ('ignored' in event) return event.ignored
    const { subject, operation } = event
    if (subject !== null) return apply({ ...event, subject })
    sometimes(unsaid =>
      log.warn(
        { operation, event: event.event, unsaid },
        'an event of the user pool names no user: expected additionalEventData.sub',
      ),
    )
    return 'names nobody'
  }
}
