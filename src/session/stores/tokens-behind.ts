// Tokens of an opened session take as much room as the sealed text that they are in, which is kept to compare with: so they are
// taken from there when somebody asks for them.
import type { Session, TokenSet } from '../../model.js'

/** Tokens with the times of these, whose texts are opened again whenever they are asked for. */
export function tokensBehind(
  { issuedAt, expiresAt }: TokenSet,
  reopen: () => Pick<Session, 'tokens'> | null,
): TokenSet {
  const opened = (): TokenSet => {
    const session = reopen()
    if (session === null) throw new TypeError('a session that was opened before opens again')
    return session.tokens
  }
  return {
    issuedAt,
    expiresAt,
    get idToken() {
      return opened().idToken
    },
    get accessToken() {
      return opened().accessToken
    },
    get refreshToken() {
      return opened().refreshToken
    },
  }
}
