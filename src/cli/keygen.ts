// cognito-gateway keygen
import { generateSecret } from '../lib/keyring.js'

/** Prints 256 random bits in base64url, ready for GATEWAY_SECRET. */
export function keygen(): void {
  process.stdout.write(`${generateSecret()}\n`)
}
