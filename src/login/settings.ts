// Where a browser may be sent after signing in or out.
import { z } from 'zod'

/** Settings under `login`. */
export const loginSettings = z.strictObject({
  returnTo: z
    .array(
      z
        .url({ protocol: /^https?$/ })
        .refine(text => URL.canParse(text) && new URL(text).origin === text, {
          message: 'must be an origin: scheme, host and port, nothing behind them',
        })
        .refine(text => !text.includes('*'), 'is compared to the letter: * stands for nothing'),
    )
    .default([])
    .meta({
      description:
        "Other origins that `rd` may lead to after signing in or out. The gateway's own origins are always allowed.",
      example: ['https://docs.example.com'],
    }),
})

export type LoginSettings = z.output<typeof loginSettings>

/** Settings under `limits` that bound how often people sign in and out. */
export const signInLimits = {
  signInsPerMinute: z.number().int().min(0).max(1_000_000).default(600).meta({
    description:
      'Requests to begin, complete or end a sign-in at the URLs of the gateway, from one client address within a minute; beyond it 429 with `Retry-After`. 0: no limit. Many people share one address; redirects to the login from the pages of applications do not count.',
    example: 60,
  }),
}
