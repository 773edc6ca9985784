// Which user pool and app client the gateway logs in with.
import { z } from 'zod'
import { listSetting } from '../lib/setting-types.js'

/** REGION_ID, as the API has it; any name is allowed beside an issuer of one's own. */
const poolId = /^[\w-]+_[0-9a-zA-Z]+$/
/** `PREFIX` of `https://PREFIX.auth.REGION.amazoncognito.com`. */
const domainPrefix = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/
const customDomain = /^(?:[a-z0-9-]+\.)+[a-z0-9-]+$/i
const loopback = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/

const httpUrl = z.url({ protocol: /^https?$/ })

/** Settings under `cognito`. */
export const cognitoSettings = z
  .strictObject({
    userPoolId: z.string().min(1).meta({
      env: 'COGNITO_USER_POOL_ID',
      description: 'Id of the user pool, `REGION_…`; issuer and keys follow from it.',
      example: 'eu-west-1_Abc123',
    }),
    clientId: z
      .string()
      .regex(/^[\w+]+$/, 'expected the id of an app client')
      .meta({
        env: 'COGNITO_CLIENT_ID',
        description: 'Id of the app client.',
        example: '1example23456789',
      }),
    clientSecret: listSetting
      .pipe(z.array(z.string().regex(/^[\w+]+$/, 'expected letters, digits, _ and +')).max(2))
      .optional()
      .meta({
        env: 'COGNITO_CLIENT_SECRET',
        description:
          'Secret of the app client, sent by HTTP Basic; leave it out for a client without one. Two are allowed while one replaces the other.',
        example: 'the client secret from the Cognito console',
        secret: true,
      }),
    domain: z
      .string()
      .refine(isDomain, 'expected a domain prefix, a custom domain, or a full URL')
      .meta({
        env: 'COGNITO_DOMAIN',
        description: 'Domain of the hosted UI: prefix, custom domain, or full URL.',
        example: 'my-prefix',
      }),
    issuer: httpUrl.optional().meta({
      env: 'COGNITO_ISSUER',
      description:
        'Issuer of the tokens, when it does not follow from the pool id, as with an emulator.',
      example: 'http://localhost:9339/us-east-1_Emulator1',
    }),
    internalUrl: httpUrl
      .refine(text => new URL(text).origin === text.replace(/\/$/, ''), 'expected an origin')
      .optional()
      .meta({
        env: 'COGNITO_INTERNAL_URL',
        description:
          "Origin for the gateway's own calls (keys, tokens, revocation), where it differs from what browsers see.",
        example: 'http://emulator:9339',
      }),
    allowHttp: z.boolean().default(false).meta({
      description: 'Allow plain http to Cognito on hosts that are not loopback: for tests only.',
      example: true,
    }),
    scopes: listSetting
      .default(['openid', 'email', 'profile'])
      .refine(scopes => scopes.includes('openid'), 'openid is needed, or there is no ID token')
      .refine(
        scopes => !scopes.includes('offline_access'),
        'offline_access does not exist at Cognito, which answers invalid_scope; refresh tokens come anyway',
      )
      .meta({
        env: 'COGNITO_SCOPES',
        description: 'Scopes to ask for; each has to be enabled at the app client.',
        example: 'openid email profile',
      }),
  })
  .superRefine((settings, context) => {
    if (settings.issuer === undefined && !poolId.test(settings.userPoolId)) {
      const message = 'expected REGION_ID (any other id needs cognito.issuer as well)'
      context.addIssue({ code: 'custom', path: ['userPoolId'], message })
    }
    for (const name of ['domain', 'issuer', 'internalUrl'] as const) {
      const text = settings[name]
      if (settings.allowHttp || text === undefined || !isPlainHttp(text)) continue
      const message = 'plain http is only for loopback hosts, or with cognito.allowHttp: true'
      context.addIssue({ code: 'custom', path: [name], message })
    }
  })

export type CognitoSettings = z.output<typeof cognitoSettings>

function isDomain(text: string): boolean {
  if (/^https?:/.test(text)) return URL.canParse(text)
  return domainPrefix.test(text) || customDomain.test(text)
}

function isPlainHttp(text: string): boolean {
  if (!URL.canParse(text)) return false
  const { protocol, hostname } = new URL(text)
  return protocol === 'http:' && !loopback.test(hostname)
}
