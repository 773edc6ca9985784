// cognito-gateway emulator token: tokens of a running emulator, for scripts and end-to-end tests.
import { askEmulator } from '../emulator/signed-in.js'

/** What the command line may change. */
export interface TokenOptions {
  readonly user: string
  readonly url: string
  readonly client?: string
  readonly scope?: string
  readonly use: string
  readonly json?: boolean
}

interface Tokens {
  readonly id_token?: string
  readonly access_token: string
  readonly refresh_token: string
}

/** Prints one token, or all as the token endpoint gives them. */
export async function emulatorToken({
  user: username,
  url,
  client: clientId,
  scope,
  use,
  json = false,
}: TokenOptions): Promise<void> {
  const tokens = await askEmulator<Tokens>(url, 'tokens', { username, clientId, scope })
  const chosen = { access: tokens.access_token, id: tokens.id_token, refresh: tokens.refresh_token }
  const token = chosen[use as keyof typeof chosen]
  if (json) return void process.stdout.write(`${JSON.stringify(tokens)}\n`)
  if (token === undefined) throw new Error(`there is no ${use} token: access, id or refresh`)
  process.stdout.write(`${token}\n`)
}
