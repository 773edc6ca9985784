// What a link to the login start may ask of the hosted UI, as far as the settings let links ask it.
import type { LoginWishes } from '../model.js'

/** Parameters of a link, as the settings name them. */
export const wishNames = [
  'idp',
  'idp_identifier',
  'lang',
  'login_hint',
  'prompt',
  'resource',
  'screen',
] as const
export type WishName = (typeof wishNames)[number]

/** Those of managed login (Amazon Cognito, Localization), by their lower case. */
export const languages: ReadonlyMap<string, string> = new Map(
  ['de', 'en', 'es', 'fr', 'id', 'it', 'ja', 'ko', 'pt-BR', 'zh-CN', 'zh-TW'].map(tag => [
    tag.toLowerCase(),
    tag,
  ]),
)

/** Names of providers have 32 characters at most (Amazon Cognito API, CreateIdentityProvider). */
export const idpName = /^[\p{L}\p{M}\p{S}\p{N}\p{P}]{1,32}$/u
/** Another name of a provider, often a domain (same source, IdpIdentifiers). */
export const idpIdentifier = /^[\w\s+=.@-]{1,40}$/u
const hint = /^[^\p{Cc}]{1,256}$/u
/** One word or several (OpenID Connect Core section 3.1.2.1); `none` stands alone. */
export const promptWords =
  /^(?:none|(?:login|select_account|consent)(?: (?:login|select_account|consent))*)$/
/** RFC 8707 section 2: an absolute URI without fragment; Cognito takes https, http of localhost, and schemes of apps. */
export const resourceUri =
  /^(?:https:\/\/|http:\/\/localhost\b|(?!http)[a-z][a-z0-9+.-]*:)[^\s#]{1,500}$/
export const screens = ['signup', 'forgot'] as const

/** Each parameter as a wish; none where its value is none. */
const readers: Readonly<Record<WishName, (value: string) => LoginWishes>> = {
  idp: value => (idpName.test(value) ? { idp: value } : {}),
  idp_identifier: value => (idpIdentifier.test(value) ? { idpIdentifier: value } : {}),
  lang: value => {
    const lang = languages.get(value.toLowerCase())
    return lang === undefined ? {} : { lang }
  },
  login_hint: value => (hint.test(value) ? { loginHint: value } : {}),
  prompt: value => (promptWords.test(value) ? { prompt: value } : {}),
  resource: value => (resourceUri.test(value) ? { resource: value } : {}),
  screen: value => {
    const screen = screens.find(one => one === value)
    return screen === undefined ? {} : { screen }
  },
}

/**
 * Reads the wishes of a query. What the settings do not let links ask, and what is no such wish, is left out, as Cognito
 * would do.
 *
 * `identity_provider`, Cognito's own name, is another for `idp`.
 */
export function readWishes(query: URLSearchParams, allowed: readonly WishName[]): LoginWishes {
  const wishes = allowed.map(name => {
    const value = query.get(name) ?? (name === 'idp' ? query.get('identity_provider') : null)
    return value === null ? {} : readers[name](value)
  })
  return Object.assign({}, ...wishes) as LoginWishes
}
