// Which tokens a session carries. What it does not need takes room in cookies, and is one more thing to lose.
import type { TokenSet } from '../model.js'

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
