// The emulator's own look at a token that comes back to it: signature alone, the rest is its caller's business.
import { compactVerify, createLocalJWKSet } from 'jose'
import type { Keys } from './keys.js'

/** Claims of a token that these keys have signed, whatever they say; null for any other text. */
export async function verifyToken(
  keys: Pick<Keys, 'jwks'>,
  token: string,
): Promise<Record<string, unknown> | null> {
  try {
    const { payload } = await compactVerify(token, createLocalJWKSet(await keys.jwks()))
    return JSON.parse(new TextDecoder().decode(payload)) as Record<string, unknown>
  } catch {
    return null
  }
}
