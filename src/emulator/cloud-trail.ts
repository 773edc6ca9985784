// Changes of users as AWS tells of them: CloudTrail writes a record, EventBridge puts it into an envelope and posts it to
// an API destination. User names are masked in it, as CloudTrail masks them; users are named by `sub`.
import { randomUUID } from 'node:crypto'
import * as z from 'zod'
import type { ChangeListener, UserChange } from './changes.js'
import type { Tell } from './events.js'

/** Where events of users go: a gateway's `/oauth2/events`, and its `session.events.key`. */
export const eventsSchema = z.strictObject({
  url: z.url({ protocol: /^https?$/ }),
  key: z.string().min(1),
})
export type EventTarget = z.output<typeof eventsSchema>

const maxWaiting = 1000
/** EventBridge goes on for hours; here the gateway is started again at most. */
const maxAttempts = 10
const pauseMs = 1000
const timeoutMs = 5000

/** Operations that only the emulator has a name for: AWS writes none of them down. */
const unwritten: ReadonlySet<string> = new Set(['UserCreatedAtSignIn'])

/** Posts every change from now on, one after the other; gives what ends it. */
export function sendUserEvents({
  onUserChange,
  poolId,
  target,
  tell = () => {},
}: {
  onUserChange: (listener: ChangeListener) => () => void
  poolId: string
  target: EventTarget
  tell?: Tell
}): () => void {
  const waiting: UserChange[] = []
  const ending = new AbortController()
  let sending = false

  async function sendAll(): Promise<void> {
    if (sending) return
    sending = true
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const delivered = await deliver(toEvent(next, poolId), target, ending.signal)
      const { operation, username } = next
      tell({ event: delivered ? 'event' : 'event not delivered', operation, username })
    }
    sending = false
  }

  const stop = onUserChange(change => {
    if (unwritten.has(change.operation) || waiting.length >= maxWaiting) return
    waiting.push(change)
    void sendAll()
  })
  return () => {
    stop()
    waiting.length = 0
    ending.abort()
  }
}

/** One change as EventBridge posts it. */
export function toEvent({ operation, sub, groupName, at }: UserChange, poolId: string) {
  const [region = ''] = poolId.split('_')
  const time = new Date(at * 1000).toISOString().replace('.000Z', 'Z')
  const account = '123456789012'
  const group = groupName === null ? {} : { groupName }
  const byAdministrator = operation.startsWith('Admin')
  return {
    version: '0',
    id: randomUUID(),
    'detail-type': 'AWS API Call via CloudTrail',
    source: 'aws.cognito-idp',
    account,
    time,
    region,
    resources: [],
    detail: {
      eventVersion: '1.11',
      userIdentity: byAdministrator
        ? { type: 'IAMUser', accountId: account, userName: 'emulator' }
        : { type: 'Unknown', principalId: 'Anonymous' },
      eventTime: time,
      eventSource: 'cognito-idp.amazonaws.com',
      eventName: operation,
      awsRegion: region,
      sourceIPAddress: '127.0.0.1',
      userAgent: 'cognito-gateway emulator',
      requestParameters: byAdministrator
        ? { userPoolId: poolId, username: 'HIDDEN_DUE_TO_SECURITY_REASONS', ...group }
        : { accessToken: 'HIDDEN_DUE_TO_SECURITY_REASONS' },
      responseElements: null,
      additionalEventData: { sub },
      requestID: randomUUID(),
      eventID: randomUUID(),
      readOnly: false,
      eventType: 'AwsApiCall',
      managementEvent: true,
      recipientAccountId: account,
      eventCategory: 'Management',
    },
  }
}

/** Whether it was taken. What is refused (4xx) is not sent again, as EventBridge has it; the rest is. */
async function deliver(event: object, { url, key }: EventTarget, ended: AbortSignal) {
  for (let attempt = 0; attempt < maxAttempts && !ended.aborted; attempt++) {
    if (attempt > 0) await new Promise(resolve => setTimeout(resolve, pauseMs).unref())
    const status = await post(url, key, JSON.stringify(event), ended).catch(() => 0)
    if (status >= 200 && status < 300) return true
    if (status >= 400 && status < 500 && status !== 409 && status !== 429) return false
  }
  return false
}

async function post(url: string, key: string, body: string, ended: AbortSignal): Promise<number> {
  const signal = AbortSignal.any([ended, AbortSignal.timeout(timeoutMs)])
  const headers = { 'content-type': 'application/json; charset=utf-8', 'x-api-key': key }
  const answer = await fetch(url, { method: 'POST', headers, body, signal, redirect: 'error' })
  await answer.arrayBuffer()
  return answer.status
}
