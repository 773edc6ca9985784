// What a link to the login start may ask of the hosted UI.

/** Wishes of the person or the application about the pages that follow. */
export interface LoginWishes {
  /** Language of managed login. */
  readonly lang?: string
  /** Goes straight to this provider. */
  readonly idp?: string
  /** Fills the user name in. */
  readonly loginHint?: string
  /** Begins at the sign-up page. */
  readonly screen?: 'signup'
}

/** Those of managed login (Amazon Cognito, Localization). */
const languages: ReadonlyMap<string, string> = new Map(
  ['de', 'en', 'es', 'fr', 'id', 'it', 'ja', 'ko', 'pt-BR', 'zh-CN', 'zh-TW'].map(tag => [
    tag.toLowerCase(),
    tag,
  ]),
)

/** Names of providers have 32 characters at most (Amazon Cognito API, CreateIdentityProvider). */
const idpName = /^[\p{L}\p{M}\p{S}\p{N}\p{P}]{1,32}$/u
const hint = /^[^\p{Cc}]{1,256}$/u

/** Reads `lang`, `idp`, `login_hint` and `screen=signup`. What is none of these wishes is left out, as Cognito would. */
export function readWishes(query: URLSearchParams): LoginWishes {
  const lang = languages.get(query.get('lang')?.toLowerCase() ?? '')
  const idp = matching(query.get('idp'), idpName)
  const loginHint = matching(query.get('login_hint'), hint)
  return {
    ...(lang !== undefined && { lang }),
    ...(idp !== undefined && { idp }),
    ...(loginHint !== undefined && { loginHint }),
    ...(query.get('screen') === 'signup' && { screen: 'signup' }),
  }
}

function matching(value: string | null, pattern: RegExp): string | undefined {
  return value !== null && pattern.test(value) ? value : undefined
}
