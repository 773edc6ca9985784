// How people sign in, and where a browser may be sent after that.
import * as z from 'zod'
import {
  idpIdentifier,
  idpName,
  languages,
  promptWords,
  resourceUri,
  screens,
  wishNames,
} from './wishes.js'

/** RFC 6749 section 3.3. */
const scopeToken = /^[\x21\x23-\x5b\x5d-\x7e]+$/

/** Settings under `login`. @param parts.access  who may sign in; handed in, so that rooms stay strangers */
export function createLoginSettings<Access extends z.ZodType>({ access }: { access: Access }) {
  return z.strictObject({
    returnTo: z
      .array(
        z
          .url({ protocol: /^https?$/ })
          .refine(text => URL.canParse(text) && new URL(text).origin === text, {
            message: 'must be an origin: scheme, host and port, nothing behind them',
          })
          .refine(text => !text.includes('*'), 'is compared to the letter: * stands for nothing'),
      )
      .default([])
      .meta({
        description:
          "Other origins that `rd` may lead to after signing in or out. The gateway's own origins are always allowed.",
        example: ['https://docs.example.com'],
      }),
    parameters: z
      .array(z.enum(wishNames))
      .default(['idp', 'idp_identifier', 'lang', 'login_hint', 'screen'])
      .meta({
        description:
          'What a link to `/oauth2/start` may ask of the hosted UI: `idp` (also as `identity_provider`), `idp_identifier`, `lang`, `login_hint`, `prompt`, `resource`, `screen`. Others are left out.',
        example: ['lang', 'login_hint', 'prompt'],
      }),
    require: access.optional().meta({
      description:
        'An access rule that everybody has to meet who signs in; looked at when they come back, and at each refresh. Who does not meet it gets a page that says so, and no session.',
      example: { emailDomains: ['example.com'] },
    }),
    explain: z
      .strictObject({
        text: z.string().min(1).max(500),
        link: z
          .string()
          .regex(
            /^(?:https?:\/\/[^\s"<>]+|\/[^\s"<>]*)$/,
            'expected https://…, or a path such as /help',
          )
          .optional(),
      })
      .optional()
      .meta({
        description: 'What that page says beside the usual: whom to ask, and where.',
        example: { text: 'Ask the help desk for an account.' },
      }),
  })
}

/** Setting `login` of a route. */
export const routeLoginSetting = z
  .strictObject({
    idp: z.string().regex(idpName, 'expected the name of an identity provider').optional().meta({
      description: 'Who begins at this route goes straight to this identity provider.',
      example: 'Google',
    }),
    idpIdentifier: z.string().regex(idpIdentifier, 'expected an identifier').optional().meta({
      description: 'The same by another of its names.',
      example: 'example.com',
    }),
    lang: z
      .string()
      .refine(tag => [...languages.values()].includes(tag), {
        message: `expected one of ${[...languages.values()].join(', ')}`,
      })
      .optional()
      .meta({ description: 'Language of the hosted UI.', example: 'ja' }),
    prompt: z
      .string()
      .regex(promptWords, 'expected login, select_account or consent')
      .refine(words => words !== 'none', 'none would let nobody sign in there')
      .optional()
      .meta({
        description:
          'What the hosted UI asks of who is signed in there: `login` for the password, `select_account`, `consent`.',
        example: 'login',
      }),
    resource: z
      .string()
      .regex(resourceUri, 'expected a URI such as https://api.example.com')
      .optional()
      .meta({
        description: 'What the access token is for (RFC 8707): its `aud`.',
        example: 'https://api.example.com',
      }),
    screen: z.enum(screens).optional().meta({
      description: 'Begins at the page for signing up, or at the one for forgotten passwords.',
      example: 'signup',
    }),
    scopes: z
      .array(z.string().regex(scopeToken, 'expected names of scopes'))
      .min(1)
      .optional()
      .meta({
        description:
          'Scopes beside `cognito.scopes`. Who is signed in without them, and is refused for want of them, is sent to the sign-in for them.',
        example: ['billing/read'],
      }),
  })
  .default({})
  .meta({
    description:
      'How people sign in who begin at this route: `idp`, `idpIdentifier`, `lang`, `prompt`, `resource`, `screen`, and `scopes` beside `cognito.scopes`. Who is signed in without these scopes, and is refused for want of them, is sent to the sign-in for them.',
    example: { idp: 'Google', scopes: ['billing/read'] },
  })

export type LoginSettings = z.output<ReturnType<typeof createLoginSettings>>

/** Settings under `limits` that bound how often people sign in and out. */
export const signInLimits = {
  signInsPerMinute: z.number().int().min(0).max(1_000_000).default(600).meta({
    description:
      'Requests to begin, complete or end a sign-in at the URLs of the gateway, from one client address within a minute; beyond it 429 with `Retry-After`. 0: no limit. Many people share one address; redirects to the login from the pages of applications do not count.',
    example: 60,
  }),
}
