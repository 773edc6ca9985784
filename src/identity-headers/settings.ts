// How a person is shown to applications.
import * as z from 'zod'
import { durationSetting } from '../lib/setting-types.js'

/** Names of styles; `styles/table` has one for each. */
export const styleNames = [
  'forwarded',
  'auth-request',
  'bearer',
  'basic',
  'alb',
  'assertion',
] as const

const styleName = z.enum(styleNames)

const headerMap = z.record(
  z.string().refine(isOwnName, 'expected a header name such as X-My-User that nothing else needs'),
  z.string().regex(/^[\w:.-]{1,64}$/, 'expected the name of a claim'),
)

/** Settings under `identity`. */
export const identitySettings = z.strictObject({
  style: z
    .union([styleName, z.array(styleName).min(1)])
    .transform(given => [given].flat())
    .prefault('forwarded')
    .meta({
      description:
        'How a person is shown to applications: `forwarded` (X-Forwarded-User, …), `auth-request` (X-Auth-Request-User, …), `bearer` (their token), `basic` (user name and one password), `alb` (x-amzn-oidc-data, … as AWS ALB signs them), `assertion` (a signed token of our own), or a list of these.',
      example: ['forwarded', 'bearer'],
    }),
  token: z.enum(['access', 'id']).default('access').meta({
    description: 'Which token the style `bearer` sends.',
    example: 'id',
  }),
  password: z.string().min(16, 'expected at least 16 characters').optional().meta({
    description: 'The password that the style `basic` sends for everybody.',
    example: 'the output of `cognito-gateway keygen`',
    secret: true,
  }),
  accessToken: z.boolean().default(false).meta({
    description:
      'Send the access token as well: `X-Forwarded-Access-Token`, and in style `auth-request` `X-Auth-Request-Access-Token`.',
    example: true,
  }),
  headers: headerMap.default({}).meta({
    description: 'Further headers, each with one claim of the ID token.',
    example: { 'X-Employee-Number': 'custom:employee' },
  }),
  user: z
    .string()
    .regex(/^[\w:.-]{1,64}$/, 'expected sub, username, email, or the name of a claim')
    .default('sub')
    .meta({
      env: 'GATEWAY_IDENTITY_USER',
      description:
        'What `X-Forwarded-User` carries: `sub` (a UUID), `username`, `email`, or a claim of the ID token.',
      example: 'email',
    }),
  alb: z
    .strictObject({
      signer: z
        .string()
        .regex(
          /^arn:(?:aws|aws-cn|aws-us-gov):elasticloadbalancing:[a-z]{2}-(?:gov-)?[a-z]+-\d:\S+$/,
          'expected the ARN of a load balancer, or one of its form',
        )
        .optional()
        .meta({
          description:
            'Style `alb`: what the field `signer` says, which applications compare: the ARN of the load balancer that they know.',
          example:
            'arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/my-app/50dc6c495c0c9188',
        }),
      ttl: durationSetting(30, 3600).prefault('2m').meta({
        description:
          'Style `alb`: how long `x-amzn-oidc-data` is good. It is signed anew when less than a third may be left.',
        example: '5m',
      }),
      padding: z.boolean().default(true).meta({
        description:
          'Style `alb`: false leaves out the `=` that AWS ALB has at the end of each part, for libraries that keep to RFC 7515.',
        example: false,
      }),
    })
    .prefault({}),
  assertion: z
    .strictObject({
      ttl: durationSetting(30, 3600).prefault('1m').meta({
        description:
          'Style `assertion`: how long the token is good. It is signed anew when less than a third may be left.',
        example: '5m',
      }),
    })
    .prefault({}),
})

/** Names that belong to the connection, the message or the browser are no place for a claim. */
const foreignNames =
  /^(?:host|cookie|set-cookie|connection|content-.*|transfer-encoding|te|trailer|upgrade|expect|authorization|proxy-.*|keep-alive|date|range|if-.*|origin|referer|sec-.*|accept.*)$/i

function isOwnName(name: string): boolean {
  return /^[A-Za-z][A-Za-z0-9-]{0,63}$/.test(name) && !foreignNames.test(name)
}

export type IdentitySettings = z.output<typeof identitySettings>

/** For settings that name headers: whether one is the gateway's. */
export { isOwned } from './owned.js'
