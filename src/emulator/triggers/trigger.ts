// What a trigger is: its names, its event, its answer.

/** The triggers that the emulator calls. */
export const triggerNames = [
  'preSignUp',
  'postConfirmation',
  'preTokenGeneration',
  'userMigration',
] as const

export type TriggerName = (typeof triggerNames)[number]

/** An event as a Lambda function gets it. */
export interface TriggerEvent {
  readonly version: string
  readonly triggerSource: string
  readonly region: string
  readonly userPoolId: string
  readonly userName: string
  readonly callerContext: { readonly awsSdkVersion: string; readonly clientId: string }
  readonly request: Readonly<Record<string, unknown>>
  response: Record<string, unknown>
}

/** A handler as Lambda has them: it answers with the event. */
export type Trigger = (event: TriggerEvent) => TriggerEvent | Promise<TriggerEvent>

export type Triggers = Readonly<Partial<Record<TriggerName, Trigger>>>
