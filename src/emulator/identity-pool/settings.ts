// Identity pools in the pool's file: which roles a signed-in user may have.
import * as z from 'zod'

const roleArn = z
  .string()
  .regex(/^arn:aws[\w-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/, 'must be the ARN of an IAM role')

const ruleSchema = z.strictObject({
  /** A claim of the ID token; of a list, any member counts. */
  claim: z.string().min(1),
  match: z.enum(['Equals', 'Contains', 'StartsWith', 'NotEqual']).default('Equals'),
  value: z.string().min(1).max(128),
  roleArn,
})

/** One identity pool. */
export const identityPoolSchema = z.strictObject({
  id: z
    .string()
    .regex(/^[\w-]+:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, 'must be REGION:UUID'),
  /** Role of whoever is signed in, when nothing else is said. Absent: none. */
  authenticatedRole: roleArn.optional(),
  /** Role of guests. Absent: none are let in. */
  unauthenticatedRole: roleArn.optional(),
  /** App clients whose ID tokens count; absent: all. */
  clients: z.array(z.string()).optional(),
  /** Ask the user pool whether the token's sign-in still counts. */
  serverSideTokenCheck: z.boolean().default(false),
  /** The basic (classic) flow: `GetOpenIdToken` and `AssumeRoleWithWebIdentity`. */
  basicFlow: z.boolean().default(true),
  /** By the token's `cognito:preferred_role`, or by rules, the first that fits. */
  roleMapping: z
    .strictObject({
      type: z.enum(['Token', 'Rules']),
      rules: z.array(ruleSchema).max(25).default([]),
      ambiguous: z.enum(['AuthenticatedRole', 'Deny']).default('AuthenticatedRole'),
    })
    .optional(),
  /** Further roles whose trust policy lets this pool in, by the basic flow. */
  trustedRoles: z.array(roleArn).max(50).default([]),
  /** Name of the developer provider (`GetOpenIdTokenForDeveloperIdentity`). */
  developerProvider: z.string().min(1).max(128).optional(),
})

export type IdentityPool = z.output<typeof identityPoolSchema>
export type RoleRule = z.output<typeof ruleSchema>
