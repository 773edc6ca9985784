// How people come into the pool: sign-up, passwords, second factor, and what the pages look like.
import * as z from 'zod'

/** `PasswordPolicy` of a user pool; Cognito's defaults. */
export const passwordPolicySchema = z.strictObject({
  minLength: z.number().int().min(6).max(99).default(8),
  upperCase: z.boolean().default(true),
  lowerCase: z.boolean().default(true),
  digits: z.boolean().default(true),
  symbols: z.boolean().default(true),
})

/** Settings of the whole pool. */
export const signInShape = {
  /** Whether the sign-in page lists the accounts with their passwords. */
  showAccounts: z.boolean().default(true),
  /**
   * `plain`: one form that knows all that managed login knows. `managed`: managed login, user name first, password
   * next. `classic`: the classic hosted UI, which ignores `lang`, `prompt` and `max_age`.
   */
  loginPages: z.enum(['plain', 'managed', 'classic']).default('plain'),
  /** Whether people may make an account themselves. */
  selfSignUp: z.boolean().default(true),
  /** Asked for at sign-up, and of external providers. */
  requiredAttributes: z.array(z.string().max(64)).max(20).default(['email']),
  passwordPolicy: passwordPolicySchema.prefault({}),
  /** Codes of an authenticator app: nobody, those who have one, everybody (others set one up). */
  mfa: z.enum(['off', 'optional', 'on']).default('optional'),
  /** A module with triggers, as Lambda functions would be: a path beside this file. */
  triggers: z.string().min(1).optional(),
} as const

export type PasswordPolicy = z.output<typeof passwordPolicySchema>
