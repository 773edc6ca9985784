// What CloudTrail says of users of the pool, as EventBridge passes it on. CloudTrail masks user names and names the user
// by `sub` (Cognito developer guide, "Amazon Cognito logging in AWS CloudTrail"); nothing else is matched here.

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
/** With its time zone: anything else would be read by that of the machine. */
const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/
const maxCharacters = 256

/**
 * Reads an event of EventBridge: its envelope, with the CloudTrail record as `detail`.
 *
 * @returns null for what is no such event
 */
export function readUserEvent(
  body: unknown,
  userPoolId: string,
): UserEvent | { readonly ignored: Ignored } | null {
  const { source, detail } = partsOf(body)
  const { eventID, eventName, eventTime, errorCode, ...about } = partsOf(detail)
  if (source !== 'aws.cognito-idp' || !isText(eventID) || !isText(eventName)) return null
  if (!isText(eventTime) || !instant.test(eventTime)) return null
  const at = Math.floor(Date.parse(eventTime) / 1000)
  if (Number.isNaN(at)) return null
  const requestParameters = partsOf(about.requestParameters)
  const { sub, ...additional } = partsOf(about.additionalEventData)
  const pool = requestParameters.userPoolId ?? additional.userPoolId ?? userPoolId
  if (pool !== userPoolId) return { ignored: 'another pool' }
  const effect = Object.hasOwn(effects, eventName) ? effects[eventName] : undefined
  if (effect === undefined) return { ignored: 'another operation' }
  if (errorCode) return { ignored: 'the call was refused' }
  return {
    event: eventID,
    operation: eventName,
    subject: isText(sub) ? sub : subjectOf(requestParameters.username),
    at,
    effect,
  }
}

/** Where users sign up by e-mail address their user name is their `sub`; any other name is masked. */
function subjectOf(username: unknown): string | null {
  return typeof username === 'string' && uuid.test(username) ? username : null
}

/** The parts of an object; none of anything else. */
function partsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= maxCharacters
}
