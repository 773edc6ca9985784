// A user in the pool's file, and in the snapshot.
import * as z from 'zod'
import { maxGroupsOfUser } from '../pool-rules.js'

/** Name of a group. */
export const groupName = z
  .string()
  .regex(/^\S{1,128}$/, 'a group name has 1 to 128 characters, no spaces')

/** `UserStatusType` of the API, as far as it is given here. */
export const userStatus = z.enum([
  'CONFIRMED',
  'UNCONFIRMED',
  'FORCE_CHANGE_PASSWORD',
  'RESET_REQUIRED',
  'EXTERNAL_PROVIDER',
])

const identitySchema = z.strictObject({
  userId: z.string(),
  providerName: z.string(),
  providerType: z.string(),
  issuer: z.string().nullable(),
  primary: z.boolean(),
  /** Milliseconds. */
  dateCreated: z.number(),
})

/** One user. */
export const userSchema = z
  .strictObject({
    username: z.string().min(1).max(128),
    /** Empty for those of external providers, who have none. */
    password: z.string().min(1).or(z.literal('')),
    /** Absent: derived from pool and user name, the same at every start. */
    sub: z.uuid().optional(),
    groups: z.array(groupName).default([]),
    /** So many groups with names of 30 characters besides, for tests of size. */
    madeUpGroups: z.number().int().min(0).max(maxGroupsOfUser).default(0),
    enabled: z.boolean().default(true),
    /** `UNCONFIRMED`: has to type a code; `FORCE_CHANGE_PASSWORD`: a new password at the first sign-in. */
    status: userStatus.default('CONFIRMED'),
    /** Base32 (RFC 4648) of an authenticator app: asked for a code after the password. */
    totpSecret: z
      .string()
      .regex(/^[A-Z2-7]{16,128}$/, 'must be base32, A-Z and 2-7')
      .optional(),
    /** `email`, `email_verified`, `name`, `custom:…`: what the ID token and userInfo carry. */
    attributes: z.record(z.string(), z.union([z.string().max(2048), z.boolean()])).default({}),
    /** Accounts at external providers. */
    identities: z.array(identitySchema).default([]),
    /** NumericDate seconds; absent: since ever. */
    createdAt: z.number().int().optional(),
  })
  .transform(({ madeUpGroups, ...user }) => ({
    ...user,
    groups: [...user.groups, ...makeUpGroups(madeUpGroups)],
  }))

/** A user as the emulator keeps it. */
export type PoolUser = z.output<typeof userSchema>
export type UserStatus = z.output<typeof userStatus>

function makeUpGroups(count: number): string[] {
  return Array.from({ length: count }, (_, index) =>
    `made-up-group-${String(index + 1).padStart(3, '0')}-`.padEnd(30, 'x'),
  )
}
