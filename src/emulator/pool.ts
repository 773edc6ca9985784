// The user pool as a file: users, app clients, lifetimes. Defaults are Cognito's own.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'
import { z } from 'zod'

const exampleFile = fileURLToPath(new URL('../../emulator.example.yaml', import.meta.url))

const userSchema = z.strictObject({
  username: z.string().min(1),
  password: z.string().min(1),
  sub: z.uuid().optional(),
  groups: z.array(z.string().min(1)).default([]),
  enabled: z.boolean().default(true),
  /** `email`, `email_verified`, `name`, `custom:…`: what the ID token and userInfo carry. */
  attributes: z.record(z.string(), z.union([z.string(), z.boolean()])).default({}),
})

const clientSchema = z.strictObject({
  id: z.string().regex(/^[\w+]+$/),
  /** None: a public client. Two while one replaces the other. */
  secrets: z.array(z.string().min(1)).max(2).default([]),
  callbackUrls: z.array(z.url()).default([]),
  logoutUrls: z.array(z.url()).default([]),
  scopes: z.array(z.string()).default(['openid', 'email', 'profile', 'phone']),
  responseTypes: z.array(z.enum(['code', 'token'])).default(['code']),
  idTokenSeconds: z.number().int().positive().default(3600),
  accessTokenSeconds: z.number().int().positive().default(3600),
  refreshTokenSeconds: z
    .number()
    .int()
    .positive()
    .default(30 * 86_400),
  /** Refresh token rotation: a new token at each refresh, the old one good for the grace period. */
  rotation: z.strictObject({ graceSeconds: z.number().int().min(0).max(60).default(0) }).optional(),
})

const poolSchema = z.strictObject({
  poolId: z
    .string()
    .regex(/^[\w-]+_[0-9a-zA-Z]+$/)
    .default('us-east-1_Emulator1'),
  showAccounts: z.boolean().default(true),
  users: z.array(userSchema).min(1),
  clients: z.array(clientSchema).min(1),
})

export type PoolUser = z.output<typeof userSchema>
export type PoolClient = z.output<typeof clientSchema>
export type PoolSettings = z.output<typeof poolSchema>
/** A pool as a file or a test writes it. */
export type PoolInput = z.input<typeof poolSchema>

/** Checks a pool. Throws an Error that names every fault of it. */
export function parsePool(input: unknown): PoolSettings {
  const parsed = poolSchema.safeParse(input)
  if (parsed.success) return parsed.data
  const faults = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
  throw new Error(`this user pool cannot be used:\n  - ${faults.join('\n  - ')}`)
}

/** Reads a pool from YAML; by default the one that comes with the package. */
export function readPool(file: string = exampleFile): PoolSettings {
  return parsePool(parse(readFileSync(file, 'utf8')))
}
