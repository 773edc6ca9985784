// Which user pool and app client the gateway logs in with.
import * as z from 'zod'
import { durationSetting, listSetting, secretFileSetting } from '../lib/setting-types.js'

/** REGION_ID. The region becomes part of host names, so its form counts. */
const poolId = /^[a-z]{2,}(?:-[a-z]+)+-\d+_[0-9a-zA-Z]+$/
/** `PREFIX` of `https://PREFIX.auth.REGION.amazoncognito.com`. */
const domainPrefix = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/
const customDomain = /^(?:[a-z0-9-]+\.)+[a-z0-9-]+$/i
const loopback = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/
/** What the API allows in ids and secrets of app clients. */
const clientText = /^[\w+]+$/
/** RFC 6749 section 3.3. */
const scopeToken = /^[\x21\x23-\x5b\x5d-\x7e]+$/

const httpUrl = z
  .string()
  .refine(isHttpUrl, 'expected an http or https URL without user, query and fragment')

const clientIdSetting = z.string().regex(clientText, 'expected the id of an app client')

const clientSecretSetting = listSetting.pipe(
  z
    .array(z.string().regex(clientText, 'expected letters, digits, _ and +'))
    .max(2, 'expected one secret, or two while one replaces the other')
    .refine(isWithoutRepeats, 'the same secret stands there twice'),
)

const scopesSetting = listSetting
  .refine(scopes => scopes.every(scope => scopeToken.test(scope)), 'expected names of scopes')
  .refine(scopes => scopes.includes('openid'), 'openid is needed, or there is no ID token')
  .refine(
    scopes => !scopes.includes('offline_access'),
    'offline_access does not exist at Cognito, which answers invalid_scope; refresh tokens come anyway',
  )

/** An app client of its own for some of the public origins. */
const clientSetting = z
  .strictObject({
    url: listSetting,
    clientId: clientIdSetting,
    clientSecret: clientSecretSetting.optional(),
    clientSecretFile: secretFileSetting.optional(),
    scopes: scopesSetting.optional(),
    bearerClientIds: listSetting.optional(),
  })
  .refine(({ clientSecret, clientSecretFile }) => !clientSecret || !clientSecretFile, {
    path: ['clientSecretFile'],
    message: 'is there beside clientSecret; give one of them',
  })
  .transform(({ clientSecretFile, clientSecret, ...client }, context) => {
    if (clientSecretFile === undefined) return { ...client, clientSecret }
    const read = clientSecretSetting.safeParse(clientSecretFile)
    if (read.success) return { ...client, clientSecret: read.data }
    const message = 'the file has no client secret in it'
    context.addIssue({ code: 'custom', path: ['clientSecretFile'], message })
    return z.NEVER
  })

/** Settings under `cognito`. */
export const cognitoSettings = z
  .strictObject({
    userPoolId: z.string().min(1, 'expected REGION_ID').meta({
      env: 'COGNITO_USER_POOL_ID',
      description: 'Id of the user pool, `REGION_…`; issuer and keys follow from it.',
      example: 'eu-west-1_Abc123',
    }),
    clientId: clientIdSetting.meta({
      env: 'COGNITO_CLIENT_ID',
      description: 'Id of the app client.',
      example: '1example23456789',
    }),
    clientSecret: clientSecretSetting.optional().meta({
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
      .refine(isOrigin, 'expected an origin: scheme, host and port, nothing behind them')
      .optional()
      .meta({
        env: 'COGNITO_INTERNAL_URL',
        description:
          "Origin for the gateway's own calls (keys, tokens, revocation), where it differs from what browsers see.",
        example: 'http://emulator:9339',
      }),
    bearerClientIds: listSetting.optional().meta({
      description:
        'App clients whose tokens are taken in `Authorization: Bearer`; by default `cognito.clientId` alone.',
      example: ['1example23456789', '2example23456789'],
    }),
    clients: z
      .array(clientSetting)
      .max(100)
      .default([])
      .meta({
        description:
          'App clients of their own for some origins of `url`: `url` (one or several), `clientId`, `clientSecret` or `clientSecretFile`, `scopes`, `bearerClientIds`. Sessions and Bearer tokens of one origin are nothing at another. The other origins sign in at `cognito.clientId`.',
        example: [
          {
            url: 'https://shop.example.com',
            clientId: '2example23456789',
            clientSecretFile: '/run/secrets/shop',
          },
        ],
        secret: true,
      }),
    refreshTokenValidity: durationSetting(3600, 3650 * 86_400)
      .prefault('30d')
      .meta({
        description:
          'Refresh token expiration of the app client. No session outlives it; rotation does not extend it, and no token says it.',
        example: '7d',
      }),
    allowHttp: z
      .union([z.boolean(), z.enum(['true', 'false']).transform(text => text === 'true')], {
        error: 'expected true or false',
      })
      .default(false)
      .meta({
        env: 'COGNITO_ALLOW_HTTP',
        description: 'Allow plain http to Cognito on hosts that are not loopback: for tests only.',
        example: true,
      }),
    scopes: scopesSetting.default(['openid', 'email', 'profile']).meta({
      env: 'COGNITO_SCOPES',
      description: 'Scopes to ask for; each has to be enabled at the app client.',
      example: 'openid email profile',
    }),
  })
  // Also beside other complaints, so that all are said at once: nothing is known of the types yet.
  .superRefine(complainAboutCombinations, { when: () => true })

export type CognitoSettings = z.output<typeof cognitoSettings>

/** What each setting allows, but not beside the others. */
function complainAboutCombinations(given: unknown, context: z.core.$RefinementCtx): void {
  if (typeof given !== 'object' || given === null) return
  const settings = given as Readonly<Record<string, unknown>>
  const { userPoolId, domain, issuer, allowHttp } = settings
  const complain = (name: string, message: string) =>
    context.addIssue({ code: 'custom', path: [name], message, input: settings[name] })

  const hasRegion = typeof userPoolId !== 'string' || userPoolId === '' || poolId.test(userPoolId)
  if (!hasRegion && issuer === undefined) {
    complain('userPoolId', 'expected REGION_ID (any other id needs cognito.issuer as well)')
  }
  if (!hasRegion && issuer !== undefined && typeof domain === 'string' && isPrefix(domain)) {
    complain('domain', 'expected a full URL, since the region of a prefix follows from REGION_ID')
  }
  for (const name of ['domain', 'issuer', 'internalUrl']) {
    if (allowHttp === true || !isForeignHttp(settings[name])) continue
    complain(name, 'plain http is only for loopback hosts, or with cognito.allowHttp: true')
  }
}

function isPrefix(text: string): boolean {
  return domainPrefix.test(text)
}

function isDomain(text: string): boolean {
  return isPrefix(text) || customDomain.test(text) || isHttpUrl(text)
}

function isHttpUrl(text: string): boolean {
  if (!/^https?:\/\//.test(text) || !URL.canParse(text)) return false
  const { username, password } = new URL(text)
  return username === '' && password === '' && !/[?#]/.test(text)
}

function isOrigin(text: string): boolean {
  return URL.canParse(text) && new URL(text).origin === text.replace(/\/$/, '')
}

function isForeignHttp(text: unknown): boolean {
  if (typeof text !== 'string' || !URL.canParse(text)) return false
  const { protocol, hostname } = new URL(text)
  return protocol === 'http:' && !loopback.test(hostname)
}

function isWithoutRepeats(items: readonly string[]): boolean {
  return new Set(items).size === items.length
}
