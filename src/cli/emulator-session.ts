// cognito-gateway emulator session: a signed-in browser as Playwright's storage state.
import { writeFileSync } from 'node:fs'
import { signedInState } from '../emulator/signed-in.js'

/** What the command line may change. */
export interface SessionOptions {
  readonly user: string
  readonly url: string
  readonly gateway?: string
  readonly output?: string
}

/** Prints the state, or writes it to a file that only its owner can read. */
export async function emulatorSession({
  user: username,
  url: emulatorUrl,
  gateway,
  output,
}: SessionOptions): Promise<void> {
  const gatewayUrl = gateway ?? null
  const state = await signedInState({ emulatorUrl, username, gatewayUrl })
  const text = `${JSON.stringify(state, null, 2)}\n`
  if (output === undefined) return void process.stdout.write(text)
  writeFileSync(output, text, { mode: 0o600 })
  process.stdout.write(`${output}: ${username} is signed in\n`)
}
