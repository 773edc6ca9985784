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

/** Tokens after a refresh. */
export interface KeptTokens {
  readonly tokens: TokenSet
  /** Where `tokens` has more than the settings ask for: without that, for browsers that would not keep so much. */
  readonly lighter?: TokenSet
}

/**
 * Of what a refresh brought, what the settings keep. A refresh that was not due by age came because of a token that was
 * lacking, or somebody asked for it: it lets go of none that the session has. Another instance, with other settings, may need that
 * one, and the two would undo each other's refreshes for as long as both serve.
 */
export function keepRefreshed(
  renewed: TokenSet,
  { before, kinds, isDue }: { before: TokenSet; kinds: readonly TokenKind[]; isDue: boolean },
): KeptTokens {
  const lighter = keepTokens(renewed, kinds)
  if (isDue) return { tokens: lighter }
  const also = (['id', 'access'] as const).filter(
    kind => !kinds.includes(kind) && before[`${kind}Token`] !== null,
  )
  return also.length === 0
    ? { tokens: lighter }
    : { tokens: keepTokens(renewed, [...kinds, ...also]), lighter }
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
