// Bodies of the admin API that make and change users: the fields of the pool's file.
import * as z from 'zod'
import { groupName, userStatus } from '../settings/user.js'
import { strictBody, withoutUndefined } from './body.js'

const attributes = z.record(z.string(), z.union([z.string().max(2048), z.boolean()]))

/** A new user. */
export const newUserSchema = strictBody(
  z
    .strictObject({
      username: z.string().regex(/^\S{1,128}$/u),
      password: z.string().min(1),
      groups: z.array(groupName).max(100).default([]),
      enabled: z.boolean().default(true),
      status: userStatus.default('CONFIRMED'),
      attributes: attributes.default({}),
    })
    .transform(user => ({ ...user, identities: [] })),
)

/** Changes of a user; what is absent stays. */
export const userChangesSchema = strictBody(
  z
    .strictObject({
      password: z.string().min(1).optional(),
      groups: z.array(groupName).max(100).optional(),
      enabled: z.boolean().optional(),
      status: userStatus.optional(),
      attributes: attributes.optional(),
    })
    .transform(changes => withoutUndefined(changes)),
)
