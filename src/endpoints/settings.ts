// Where the gateway's own pages live.
import * as z from 'zod'

/** Settings under `paths`. */
export const pathSettings = z.strictObject({
  prefix: z
    .string()
    .regex(/^(?:\/[\w-]+)+$/, 'must be a path such as /oauth2')
    .default('/oauth2')
    .meta({ description: "Where the gateway's own pages live.", example: '/auth' }),
  callback: z
    .string()
    .regex(/^(?:\/[\w-]+)+$/, 'must be a path such as /oauth2/callback')
    .optional()
    .meta({
      description: 'Path of the redirect URI; by default `callback` under the prefix.',
      example: '/oauth2/idpresponse',
    }),
  albKeys: z
    .string()
    .regex(/^(?:\/[\w-]+)+$/, 'must be a path such as /oauth2/public-keys')
    .optional()
    .meta({
      description:
        'Path below which the public keys of identity style `alb` are; by default `public-keys` under the prefix.',
      example: '/public-keys',
    }),
  resourceMetadata: z.boolean().default(true).meta({
    description:
      'False: `/.well-known/oauth-protected-resource` is an application’s, as any other path, and no challenge names it.',
    example: false,
  }),
})
