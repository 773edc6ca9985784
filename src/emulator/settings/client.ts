// An app client in the pool's file. Defaults are Cognito's own.
import * as z from 'zod'
import { registeredUrl } from '../pool-rules.js'

/** Of each kind. */
const maxUrls = 100

const seconds = z.number().int().positive()

/** One app client. */
export const clientSchema = z
  .strictObject({
    id: z.string().regex(/^[\w+]{1,128}$/, 'a client id has 1 to 128 letters, digits, _ or +'),
    name: z.string().max(128).optional(),
    /** None: a public client. Two while one replaces the other. */
    secrets: z.array(z.string().min(1)).max(2).default([]),
    callbackUrls: z.array(registeredUrl).max(maxUrls).default([]),
    logoutUrls: z.array(registeredUrl).max(maxUrls).default([]),
    scopes: z.array(z.string().regex(/^\S+$/)).max(50).optional(),
    /** By default `code`, or none with `clientCredentials`. */
    responseTypes: z.array(z.enum(['code', 'token'])).optional(),
    /** The client credentials grant: for programs, with custom scopes; excludes the others. */
    clientCredentials: z.boolean().default(false),
    /** How the API may sign in; `false` refuses. */
    authFlows: z
      .array(
        z.enum([
          'USER_PASSWORD_AUTH',
          'USER_SRP_AUTH',
          'REFRESH_TOKEN_AUTH',
          'ADMIN_USER_PASSWORD_AUTH',
        ]),
      )
      .default([
        'USER_PASSWORD_AUTH',
        'USER_SRP_AUTH',
        'REFRESH_TOKEN_AUTH',
        'ADMIN_USER_PASSWORD_AUTH',
      ]),
    /** Names of the identity providers that may sign in; absent: all of the pool. */
    providers: z.array(z.string()).optional(),
    /** Says the same of users who are not there as of wrong passwords (`PreventUserExistenceErrors`). */
    hideMissingUsers: z.boolean().default(true),
    /** Attributes that this client may read; absent: all. */
    readAttributes: z.array(z.string()).optional(),
    idTokenSeconds: seconds.default(3600),
    accessTokenSeconds: seconds.default(3600),
    /** Counted from the sign-in, whether tokens are rotated or not. */
    refreshTokenSeconds: seconds.default(30 * 86_400),
    /** Refresh token rotation: a new token at each refresh, the old one good for the grace period. */
    rotation: z
      .strictObject({ graceSeconds: z.number().int().min(0).max(60).default(0) })
      .optional(),
    /** `EnableTokenRevocation`: off, /oauth2/revoke refuses and tokens have no `jti` and `origin_jti`. */
    tokenRevocation: z.boolean().default(true),
  })
  .transform(({ scopes, responseTypes, ...client }) => ({
    ...client,
    scopes: scopes ?? (client.clientCredentials ? [] : ['openid', 'email', 'profile', 'phone']),
    responseTypes: responseTypes ?? (client.clientCredentials ? [] : (['code'] as const).slice()),
  }))

/** An app client as the emulator keeps it. */
export type PoolClient = z.output<typeof clientSchema>
