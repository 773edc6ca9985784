// What a pool remembers, as JSON and back: users, groups, keys, sign-ins, refresh tokens, sessions of the hosted UI,
// messages. What is under way (codes, challenges) starts anew.
import * as z from 'zod'
import { type PoolUser, parsePool } from '../pool.js'
import type { Realm } from '../realm.js'
import { userSchema } from '../settings/user.js'
import type { SignIn } from '../state.js'

const version = 1

const entriesOf = <T extends z.ZodType>(value: T) => z.array(z.tuple([z.string(), value]))

const signInSchema = z.object({
  user: z.string(),
  clientId: z.string(),
  scopes: z.array(z.string()),
  authTime: z.number(),
  originJti: z.string(),
  eventId: z.string(),
  nonce: z.string().nullable(),
  via: z.enum(['pages', 'api']),
  resource: z.string().nullable(),
  revoked: z.boolean(),
})

const snapshotSchema = z.object({
  version: z.literal(version),
  poolId: z.string(),
  users: z.array(userSchema),
  groups: z.array(z.record(z.string(), z.unknown())),
  keys: z.array(z.record(z.string(), z.unknown())),
  signIns: z.array(signInSchema),
  refreshTokens: entriesOf(
    z.object({ eventId: z.string(), endsAt: z.number(), replacedAt: z.number().nullable() }),
  ),
  hostedSessions: entriesOf(z.object({ user: z.string(), authTime: z.number() })),
  totpSteps: entriesOf(z.number()),
  guests: entriesOf(z.string()),
})

/** The parts of a realm that are written down. */
export type Kept = Pick<Realm, 'settings' | 'state' | 'keys'>

/** A pool as text. */
export async function writeSnapshot({ settings, state, keys }: Kept): Promise<string> {
  const refreshTokens = [...state.refreshTokens.entries()].map(([token, held]) => {
    const { endsAt, replacedAt, signIn } = held
    return [token, { eventId: signIn.eventId, endsAt, replacedAt }]
  })
  return JSON.stringify({
    version,
    poolId: settings.poolId,
    users: settings.users,
    groups: settings.groups,
    keys: await keys.export(),
    signIns: [...state.signIns.values()].map(signIn => ({ ...signIn, user: signIn.user.sub })),
    refreshTokens,
    hostedSessions: [...state.hostedSessions.entries()].map(([id, { user, authTime }]) => [
      id,
      { user: user.sub, authTime },
    ]),
    totpSteps: [...state.totpSteps.entries()],
    guests: [...state.guests.entries()],
  })
}

/** Puts a snapshot back. Throws an Error when it is none, or another pool's. */
export async function readSnapshot({ settings, state, keys }: Kept, text: string): Promise<void> {
  const kept = parse(text)
  if (kept.poolId !== settings.poolId) {
    throw new Error(`it belongs to the pool ${kept.poolId}, not ${settings.poolId}`)
  }
  // The same rules as for a file: two users of one name would be nobody's.
  const { users, groups } = parsePool({ ...settings, users: kept.users, groups: kept.groups })
  settings.users.splice(0, settings.users.length, ...users)
  settings.groups.splice(0, settings.groups.length, ...groups)
  await keys.restore(kept.keys)

  const bySub = new Map(users.map(user => [user.sub ?? '', user]))
  const signIns = new Map<string, SignIn>()
  for (const { user: sub, ...signIn } of kept.signIns) {
    const user = bySub.get(sub)
    if (user !== undefined) signIns.set(signIn.eventId, { ...signIn, user })
  }
  for (const [id, signIn] of signIns) state.signIns.set(id, signIn)
  for (const [token, { eventId, ...held }] of kept.refreshTokens) {
    const signIn = signIns.get(eventId)
    if (signIn !== undefined) state.refreshTokens.set(token, { ...held, signIn, successor: null })
  }
  for (const [id, { user: sub, authTime }] of kept.hostedSessions) {
    const user: PoolUser | undefined = bySub.get(sub)
    if (user !== undefined) state.hostedSessions.set(id, { user, authTime })
  }
  for (const [sub, step] of kept.totpSteps) state.totpSteps.set(sub, step)
  for (const [identity, pool] of kept.guests) state.guests.set(identity, pool)
}

function parse(text: string): z.output<typeof snapshotSchema> {
  const json: unknown = JSON.parse(text)
  const parsed = snapshotSchema.safeParse(json)
  if (parsed.success) return parsed.data
  const [{ path, message } = { path: [], message: 'unknown' }] = parsed.error.issues
  throw new Error(`${path.join('.') || 'content'}: ${message}`)
}
