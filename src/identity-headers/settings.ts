// How a person is shown to applications.
import { z } from 'zod'

/** Settings under `identity`. */
export const identitySettings = z.strictObject({
  user: z
    .string()
    .regex(/^[\w:.-]{1,64}$/, 'expected sub, username, email, or the name of a claim')
    .default('sub')
    .meta({
      env: 'GATEWAY_IDENTITY_USER',
      description:
        'What `X-Forwarded-User` carries: `sub` (a UUID), `username`, `email`, or a claim of the ID token.',
      example: 'email',
    }),
})

export type IdentitySettings = z.output<typeof identitySettings>

/** For settings that name headers: whether one is the gateway's. */
export { isOwned } from './owned.js'
