// Who may pass a route.
import { z } from 'zod'

const rule = z.union([
  z.enum(['public', 'signed-in', 'deny']),
  z.strictObject({ groups: z.array(z.string().min(1)).min(1) }),
])

export type AccessSettings = z.output<typeof rule>

/** Setting `access` of a route. Whatever is wrong with it, the complaint shows all that it may be. */
export const accessSettings = z
  .unknown()
  .transform((value, context): AccessSettings => {
    const parsed = rule.safeParse(value)
    if (parsed.success) return parsed.data
    const message = 'expected public, signed-in, deny, or { groups: [name, …] }'
    context.addIssue({ code: 'custom', message })
    return z.NEVER
  })
  .meta({
    description:
      'Who may pass: `public`, `signed-in`, `deny`, or members of any of the `groups`, by whole name and case.',
    example: { groups: ['admins', 'staff'] },
  })
