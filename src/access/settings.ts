// Who may pass a route.
import { z } from 'zod'

const groups = z
  .array(z.string().min(1, 'expected the name of a group'))
  .min(1, 'expected at least one group')

/** Setting `access` of a route. */
export const accessSettings = z
  .union([z.enum(['public', 'signed-in', 'deny']), z.strictObject({ groups })], {
    error: 'expected public, signed-in, deny, or { groups: [name, …] }',
  })
  .meta({
    description:
      'Who may pass: `public`, `signed-in`, `deny`, or members of any of the `groups`, by whole name and case.',
    example: { groups: ['admins', 'staff'] },
  })

export type AccessSettings = z.output<typeof accessSettings>
