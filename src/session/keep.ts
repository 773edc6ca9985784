// Which tokens a session carries. What it does not need takes room in cookies, and is one more thing to lose.
import type { Session, TokenSet } from '../model.js'

/** Tokens by the words of the setting. */
export const tokenKinds = ['id', 'access', 'refresh'] as const
export type TokenKind = (typeof tokenKinds)[number]

/** The same tokens without those that are not kept. Their times stay: they say when a refresh is due. */
export function keepTokens(tokens: TokenSet, kinds: readonly TokenKind[]): TokenSet {
  return {
    ...tokens,
    idToken: kinds.includes('id') ? tokens.idToken : null,
    accessToken: kinds.includes('access') ? tokens.accessToken : null,
    refreshToken: kinds.includes('refresh') ? tokens.refreshToken : null,
  }
}

/** Whether a session was begun or refreshed when a token that is needed now was not kept. It must not serve so. */
export type LacksToken = (session: Session) => boolean

/** Sessions that lack none are remembered: in cookies, tokens are opened anew whenever they are asked for. */
export function createLacksToken(needed: readonly TokenKind[]): LacksToken {
  if (needed.length === 0) return () => false
  const complete = new WeakSet<Session>()
  return session => {
    if (complete.has(session)) return false
    if (needed.some(kind => session.tokens[`${kind}Token`] === null)) return true
    complete.add(session)
    return false
  }
}
