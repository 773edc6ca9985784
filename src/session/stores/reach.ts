// What Redis or another process did not answer could not be found out: nobody is signed out for it.
import { GatewayError } from '../../errors.js'

const retryAfterSeconds = 1

/** The answer of a command; its failure is GW_ERR_SESSION_UNAVAILABLE. */
export async function reach<T>(command: Promise<T>): Promise<T> {
  try {
    return await command
  } catch (cause) {
    throw unavailable(cause)
  }
}

/** The failure of whoever could not find out. */
export function unavailable(cause: unknown): GatewayError {
  return new GatewayError('GW_ERR_SESSION_UNAVAILABLE', { cause, retryAfterSeconds })
}
