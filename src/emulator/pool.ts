// The user pool as a file: users, groups, app clients, lifetimes. Defaults are Cognito's own.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'
import { z } from 'zod'
import { identityPoolSchema } from './identity-pool/settings.js'
import { complainAboutPool, maxGroupsOfUser, registeredUrl } from './pool-rules.js'
import { unpublishedSchema } from './unpublished.js'

const exampleFile = fileURLToPath(new URL('../../emulator.example.yaml', import.meta.url))

/** Of each kind. */
const maxUrls = 100

const groupName = z.string().regex(/^\S{1,128}$/, 'a group name has 1 to 128 characters, no spaces')
const seconds = z.number().int().positive()

const userSchema = z
  .strictObject({
    username: z.string().min(1).max(128),
    password: z.string().min(1),
    /** Absent: derived from pool and user name, the same at every start. */
    sub: z.uuid().optional(),
    groups: z.array(groupName).default([]),
    /** So many groups with names of 30 characters besides, for tests of size. */
    madeUpGroups: z.number().int().min(0).max(maxGroupsOfUser).default(0),
    enabled: z.boolean().default(true),
    /** `email`, `email_verified`, `name`, `custom:…`: what the ID token and userInfo carry. */
    attributes: z.record(z.string(), z.union([z.string().max(2048), z.boolean()])).default({}),
  })
  .transform(({ madeUpGroups, ...user }) => ({
    ...user,
    groups: [...user.groups, ...makeUpGroups(madeUpGroups)],
  }))

const groupSchema = z.strictObject({
  name: groupName,
  /** IAM role: makes `cognito:roles` and, by precedence, `cognito:preferred_role`. */
  roleArn: z.string().startsWith('arn:').optional(),
  /** The lowest wins. */
  precedence: z.number().int().min(0).optional(),
})

const clientSchema = z.strictObject({
  id: z.string().regex(/^[\w+]{1,128}$/, 'a client id has 1 to 128 letters, digits, _ or +'),
  /** None: a public client. Two while one replaces the other. */
  secrets: z.array(z.string().min(1)).max(2).default([]),
  callbackUrls: z.array(registeredUrl).max(maxUrls).default([]),
  logoutUrls: z.array(registeredUrl).max(maxUrls).default([]),
  scopes: z
    .array(z.string().regex(/^\S+$/))
    .max(50)
    .default(['openid', 'email', 'profile', 'phone']),
  responseTypes: z.array(z.enum(['code', 'token'])).default(['code']),
  /** Attributes that this client may read; absent: all. */
  readAttributes: z.array(z.string()).optional(),
  idTokenSeconds: seconds.default(3600),
  accessTokenSeconds: seconds.default(3600),
  /** Counted from the sign-in, whether tokens are rotated or not. */
  refreshTokenSeconds: seconds.default(30 * 86_400),
  /** Refresh token rotation: a new token at each refresh, the old one good for the grace period. */
  rotation: z.strictObject({ graceSeconds: z.number().int().min(0).max(60).default(0) }).optional(),
  /** `EnableTokenRevocation`: off, /oauth2/revoke refuses and tokens have no `jti` and `origin_jti`. */
  tokenRevocation: z.boolean().default(true),
})

const poolSchema = z
  .strictObject({
    poolId: z
      .string()
      .regex(/^[\w-]+_[0-9a-zA-Z]+$/, 'a pool id is a region, _, letters and digits')
      .default('us-east-1_Emulator1'),
    /** Whether the sign-in page lists the accounts with their passwords. */
    showAccounts: z.boolean().default(true),
    users: z.array(userSchema).min(1),
    /** Groups need to be named here only for a role. */
    groups: z.array(groupSchema).default([]),
    clients: z.array(clientSchema).min(1),
    /** Identity pools that take this user pool's ID tokens. */
    identityPools: z.array(identityPoolSchema).max(10).default([]),
    unpublished: unpublishedSchema.prefault({}),
  })
  .superRefine((pool, context) => {
    for (const { path, message } of complainAboutPool(pool)) {
      context.addIssue({ code: 'custom', path: [...path], message })
    }
  })

export type PoolUser = z.output<typeof userSchema>
export type PoolGroup = z.output<typeof groupSchema>
export type PoolClient = z.output<typeof clientSchema>
export type PoolSettings = z.output<typeof poolSchema>
/** A pool as a file or a test writes it. */
export type PoolInput = z.input<typeof poolSchema>

/** Checks a pool. Throws an Error that names every fault of it. */
export function parsePool(input: unknown): PoolSettings {
  const parsed = poolSchema.safeParse(input)
  if (parsed.success) return parsed.data
  const faults = parsed.error.issues.map(
    ({ path, message }) => `${path.join('.') || 'pool'}: ${message}`,
  )
  throw new Error(`this user pool cannot be used:\n  - ${faults.join('\n  - ')}`)
}

/** Reads a pool from YAML; by default the one that comes with the package. Throws as {@link parsePool}. */
export function readPool(file: string = exampleFile): PoolSettings {
  return parsePool(parse(readFileSync(file, 'utf8')))
}

/** The pool that comes with the package: `emulator.example.yaml`. */
export function defaultPool(): PoolSettings {
  return readPool()
}

function makeUpGroups(count: number): string[] {
  return Array.from({ length: count }, (_, index) =>
    `made-up-group-${String(index + 1).padStart(3, '0')}-`.padEnd(30, 'x'),
  )
}
