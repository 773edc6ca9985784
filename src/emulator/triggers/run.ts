// Triggers: functions of a local module, called as Cognito calls Lambda. They get the event and give it back.
// Source: developer guide, "Customizing user pool workflows with Lambda triggers".
import { pathToFileURL } from 'node:url'
import { PoolError } from '../pool-error.js'
import type { Realm } from '../realm.js'
import {
  type Trigger,
  type TriggerEvent,
  type TriggerName,
  type Triggers,
  triggerNames,
} from './trigger.js'

/** As Cognito waits for Lambda. */
const deadlineMs = 5000

/** The triggers of a module, by the names of its exports. Throws an Error for one that has none of them. */
export async function loadTriggers(file: string): Promise<Triggers> {
  const module = (await import(pathToFileURL(file).href)) as Record<string, unknown>
  const found = triggerNames.filter(name => typeof module[name] === 'function')
  if (found.length === 0) {
    throw new Error(`${file} exports no trigger; names are ${triggerNames.join(', ')}`)
  }
  return Object.fromEntries(found.map(name => [name, module[name] as Trigger]))
}

/** What one call of a trigger is about. */
export interface Occasion {
  readonly source: string
  readonly userName: string
  readonly clientId: string
  readonly request: Readonly<Record<string, unknown>>
  readonly response?: Record<string, unknown>
  readonly version?: string
}

/**
 * The `response` of a trigger; null when the pool has no such trigger.
 * @throws PoolError `UserLambdaValidationException` with the trigger's own words, `UnexpectedLambdaException` when
 *   it does not answer within 5 seconds or answers with something else
 */
export async function runTrigger(
  { triggers, settings: { poolId }, tell }: Realm,
  name: TriggerName,
  { source, userName, clientId, request, response = {}, version = '1' }: Occasion,
): Promise<Readonly<Record<string, unknown>> | null> {
  const trigger = triggers[name]
  if (trigger === undefined) return null
  const title = name.charAt(0).toUpperCase() + name.slice(1)
  const event: TriggerEvent = {
    version,
    triggerSource: source,
    region: poolId.split('_')[0] ?? '',
    userPoolId: poolId,
    userName,
    callerContext: { awsSdkVersion: 'aws-sdk-unknown-unknown', clientId },
    request,
    response,
  }
  const answer = await callInTime(trigger, event).catch((error: unknown) => {
    const own = error instanceof Error ? error.message : String(error)
    tell({ event: 'trigger failed', trigger: name, reason: own })
    if (error instanceof PoolError) throw error
    throw new PoolError('UserLambdaValidationException', `${title} failed with error ${own}.`)
  })
  const given = (answer as TriggerEvent | undefined)?.response
  if (typeof given === 'object' && given !== null) return given
  throw new PoolError('UnexpectedLambdaException', 'Unrecognizable lambda output')
}

async function callInTime(trigger: Trigger, event: TriggerEvent): Promise<unknown> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    const error = new PoolError('UnexpectedLambdaException', 'The trigger did not answer in time.')
    timer = setTimeout(() => reject(error), deadlineMs)
  })
  try {
    return await Promise.race([trigger(event), late])
  } finally {
    clearTimeout(timer)
  }
}

/** Attributes as triggers see them: texts, `sub` and status among them. */
export function attributesForTrigger({
  sub,
  status,
  attributes,
}: {
  readonly sub?: string | undefined
  readonly status?: string
  readonly attributes: Readonly<Record<string, string | boolean>>
}): Record<string, string> {
  const texts = Object.entries(attributes).map(([name, value]) => [name, String(value)])
  return {
    ...(sub === undefined ? {} : { sub }),
    ...(status === undefined ? {} : { 'cognito:user_status': status }),
    ...Object.fromEntries(texts),
  }
}
