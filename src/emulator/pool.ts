// The user pool as a file: users, groups, app clients, lifetimes. Defaults are Cognito's own.
import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'
import * as z from 'zod'
import { eventsSchema } from './cloud-trail.js'
import { identityPoolSchema } from './identity-pool/settings.js'
import { complainAboutPool } from './pool-rules.js'
import { clientSchema } from './settings/client.js'
import { providerSchema } from './settings/provider.js'
import { signInShape } from './settings/sign-in.js'
import { groupName, userSchema } from './settings/user.js'
import { unpublishedSchema } from './unpublished.js'

export type { PoolClient } from './settings/client.js'
export type { PoolUser } from './settings/user.js'

const exampleFile = fileURLToPath(new URL('../../emulator.example.yaml', import.meta.url))

const groupSchema = z.strictObject({
  name: groupName,
  description: z.string().max(2048).optional(),
  /** IAM role: makes `cognito:roles` and, by precedence, `cognito:preferred_role`. */
  roleArn: z.string().startsWith('arn:').optional(),
  /** The lowest wins. */
  precedence: z.number().int().min(0).optional(),
})

const resourceServerSchema = z.strictObject({
  /** Begins its scopes: `https://api.example.com` or `orders`. */
  identifier: z.string().regex(/^[\x21\x23-\x5b\x5d-\x7e]{1,256}$/),
  name: z.string().max(256).optional(),
  scopes: z
    .array(z.string().regex(/^[\x21\x23-\x2e\x30-\x5b\x5d-\x7e]{1,256}$/))
    .max(100)
    .default([]),
})

const poolSchema = z
  .strictObject({
    poolId: z
      .string()
      .regex(/^[\w-]+_[0-9a-zA-Z]+$/, 'a pool id is a region, _, letters and digits')
      .default('us-east-1_Emulator1'),
    ...signInShape,
    /** External identity providers, simulated. */
    providers: z.array(providerSchema).max(50).default([]),
    users: z.array(userSchema).min(1),
    /** Groups need to be named here only for a role. */
    groups: z.array(groupSchema).default([]),
    clients: z.array(clientSchema).min(1),
    /** Whose scopes clients may have besides Cognito's own. */
    resourceServers: z.array(resourceServerSchema).max(25).default([]),
    /** Identity pools that take this user pool's ID tokens. */
    identityPools: z.array(identityPoolSchema).max(10).default([]),
    /** Who is told of changes of users, as by CloudTrail and EventBridge. */
    events: eventsSchema.optional(),
    unpublished: unpublishedSchema.prefault({}),
  })
  .superRefine((pool, context) => {
    for (const { path, message } of complainAboutPool(pool)) {
      context.addIssue({ code: 'custom', path: [...path], message })
    }
  })

export type PoolGroup = z.output<typeof groupSchema>
export type ResourceServer = z.output<typeof resourceServerSchema>
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

/**
 * Reads a pool from YAML; by default the one that comes with the package. Paths in it begin at its folder. Throws
 * as {@link parsePool}.
 */
export function readPool(file: string = exampleFile): PoolSettings {
  const pool = parsePool(parse(readFileSync(file, 'utf8')))
  const { triggers } = pool
  return triggers === undefined ? pool : { ...pool, triggers: resolve(dirname(file), triggers) }
}

/** The pool that comes with the package: `emulator.example.yaml`. */
export function defaultPool(): PoolSettings {
  return readPool()
}
