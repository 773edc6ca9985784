// Who may pass a route.
import * as z from 'zod'
import { durationSetting } from '../lib/setting-types.js'

/** The words, and what they stand for. */
export const accessWords = ['public', 'optional', 'signed-in', 'deny'] as const
export type AccessWord = (typeof accessWords)[number]

/** What a claim has to be: this, one of these, or a list with this in it. */
export type ClaimWish =
  | string
  | number
  | boolean
  | readonly string[]
  | { readonly contains: string }

/** Requirements on a person. Several in one object: all of them. */
export interface AccessRule {
  readonly groups?: readonly string[] | undefined
  readonly scopes?: readonly string[] | undefined
  readonly claims?: Readonly<Record<string, ClaimWish>> | undefined
  readonly emailDomains?: readonly string[] | undefined
  /** Seconds. */
  readonly maxAuthAge?: number | undefined
  readonly all?: readonly AccessRule[] | undefined
  readonly any?: readonly AccessRule[] | undefined
  readonly not?: AccessRule | undefined
}

export type AccessSettings = AccessWord | AccessRule

/** Rules inside rules: more is a mistake, or a file that contains itself. */
const maxDepth = 8

const names = (what: string) =>
  z
    .array(z.string().min(1, `expected the name of a ${what}`))
    .min(1, `expected at least one ${what}`)

const claimWish = z.union(
  [
    z.string(),
    z.number(),
    z.boolean(),
    z.array(z.string()).min(1),
    z.strictObject({ contains: z.string().min(1) }),
  ],
  { error: 'expected a value, a list of values, or { contains: value }' },
)

const domain = z
  .string()
  .regex(
    /^[a-z0-9-]+(?:\.[a-z0-9-]+)+$/i,
    'expected a domain such as example.com, without @ and pattern',
  )
  .transform(text => text.toLowerCase())

/** One rule, without the bound on rules in rules. */
export const accessRule: z.ZodType<AccessRule> = z
  .strictObject({
    groups: names('group').optional(),
    scopes: names('scope').optional(),
    claims: z.record(z.string().min(1), claimWish).optional(),
    emailDomains: z.array(domain).min(1).optional(),
    maxAuthAge: durationSetting(30).optional(),
    all: z.lazy(() => z.array(accessRule).min(1)).optional(),
    any: z.lazy(() => z.array(accessRule).min(1)).optional(),
    not: z.lazy(() => accessRule).optional(),
  })
  .refine(
    given => Object.values(given).some(value => value !== undefined),
    'expected a requirement',
  )

/** Setting `access` of a route. */
export const accessSettings: z.ZodType<AccessSettings> = z
  .unknown()
  .refine(
    given => depthOf(given) <= maxDepth,
    `rules stand in each other, ${maxDepth} deep at most`,
  )
  .pipe(
    z.union([z.enum(accessWords), accessRule], {
      error:
        'expected public, optional, signed-in, deny, or { groups: [name, …] }, also with scopes, claims, emailDomains, maxAuthAge, all, any, not',
    }),
  )
  .meta({
    description:
      'Who may pass: `public`, `optional` (everybody, and the application learns who is signed in), `signed-in`, `deny`, or requirements: see Access rules.',
    example: { groups: ['admins', 'staff'] },
  })

function depthOf(given: unknown, depth = 0): number {
  if (typeof given !== 'object' || given === null || depth > maxDepth * 2) return depth
  const inner = Object.values(given).map(value =>
    depthOf(value, depth + (Array.isArray(given) ? 0 : 1)),
  )
  return Math.max(depth, ...inner)
}
