// Single values of gateway.yaml that need more than a type: what they have to be, and what is said when they are not.
import * as z from 'zod'
import { parseSecret } from '../lib/keyring.js'
import { isRangeName, parseRange } from '../lib/trusted-peers.js'

/** A public origin, without the slash that people put behind it. */
export const originSetting = z
  .url({ protocol: /^https?$/ })
  .refine(isOrigin, 'must be an origin: scheme, host and port, nothing behind them')
  .refine(text => !text.includes('*'), 'must name one host: list several origins, without patterns')
  .transform(text => new URL(text).origin)

/** An address range, or a word for several. */
export function checkRange(range: string, context: z.RefinementCtx): void {
  if (isRangeName(range)) return
  try {
    parseRange(range)
  } catch (error) {
    context.addIssue({ code: 'custom', message: (error as Error).message })
  }
}

/** The bytes of a gateway secret. */
export function toSecret(text: string, context: z.RefinementCtx): Buffer {
  try {
    return parseSecret(text)
  } catch (error) {
    context.addIssue({ code: 'custom', message: `a secret ${(error as Error).message}` })
    return z.NEVER
  }
}

function isOrigin(text: string): boolean {
  return URL.canParse(text) && new URL(text).origin === text.replace(/\/$/, '')
}
