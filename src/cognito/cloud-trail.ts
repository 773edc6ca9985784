// What CloudTrail says of users of the pool, as EventBridge passes it on. CloudTrail masks user names and names the user
// by `sub` (Cognito developer guide, "Amazon Cognito logging in AWS CloudTrail"); nothing else is matched here.
import { z } from 'zod'

/** What became of a user. */
export interface UserEvent {
  /** Id of the event: the same again when it is delivered twice. */
  readonly event: string
  /** The operation, such as `AdminDisableUser`. */
  readonly operation: string
  /** Null where the event names nobody that can be found. */
  readonly subject: string | null
  /** When it happened, NumericDate seconds by the clock of AWS. */
  readonly at: number
  /** `end`: no session of the user may go on. `renew`: what is known of the user has changed. */
  readonly effect: 'end' | 'renew'
}

/** Why an event changes nothing. */
export type Ignored = 'another pool' | 'another operation' | 'the call was refused'

const effects: Readonly<Record<string, UserEvent['effect']>> = {
  AdminDeleteUser: 'end',
  AdminDisableUser: 'end',
  AdminUserGlobalSignOut: 'end',
  DeleteUser: 'end',
  GlobalSignOut: 'end',
  AdminAddUserToGroup: 'renew',
  AdminDeleteUserAttributes: 'renew',
  AdminRemoveUserFromGroup: 'renew',
  AdminUpdateUserAttributes: 'renew',
  DeleteUserAttributes: 'renew',
  UpdateUserAttributes: 'renew',
  // It names the user and not the sign-in: asking Cognito tells which session it was.
  RevokeToken: 'renew',
}

/** Every operation that an event may be of: what a rule at EventBridge has to let through. */
export const userOperations: readonly string[] = Object.keys(effects)

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
const text = z.string().max(256)

const envelope = z.object({
  source: z.literal('aws.cognito-idp'),
  detail: z.object({
    eventID: text.min(1),
    eventName: text,
    eventTime: z.iso.datetime({ offset: true }),
    errorCode: z.string().nullish(),
    requestParameters: z
      .object({ userPoolId: text.nullish(), username: z.unknown().optional() })
      .nullish(),
    additionalEventData: z.object({ sub: text.nullish(), userPoolId: text.nullish() }).nullish(),
  }),
})

/**
 * Reads an event of EventBridge: its envelope, with the CloudTrail record as `detail`.
 *
 * @returns null for what is no such event
 */
export function readUserEvent(
  body: unknown,
  userPoolId: string,
): UserEvent | { readonly ignored: Ignored } | null {
  const parsed = envelope.safeParse(body)
  if (!parsed.success) return null
  const { eventID, eventName, eventTime, errorCode, ...about } = parsed.data.detail
  const { requestParameters, additionalEventData } = about
  const pool = requestParameters?.userPoolId ?? additionalEventData?.userPoolId ?? userPoolId
  if (pool !== userPoolId) return { ignored: 'another pool' }
  const effect = Object.hasOwn(effects, eventName) ? effects[eventName] : undefined
  if (effect === undefined) return { ignored: 'another operation' }
  if (errorCode) return { ignored: 'the call was refused' }
  return {
    event: eventID,
    operation: eventName,
    subject: subjectOf(additionalEventData?.sub, requestParameters?.username),
    at: Math.floor(Date.parse(eventTime) / 1000),
    effect,
  }
}

/** Where users sign up by e-mail address their user name is their `sub`; any other name is masked. */
function subjectOf(sub: string | null | undefined, username: unknown): string | null {
  if (sub) return sub
  return typeof username === 'string' && uuid.test(username) ? username : null
}
