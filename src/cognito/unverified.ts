// Answers of refreshes whose tokens could not be verified yet. With rotation there is no other answer: the refresh
// token that was sent is dead, so what came for it is kept until the keys of the user pool can be had.
import type { RawTokens } from './client.js'

/** Answers by the refresh token that was sent, and by the one that came. */
export interface UnverifiedAnswers {
  keep(refreshToken: string, answer: RawTokens): void
  of(refreshToken: string): RawTokens | undefined
  forget(refreshToken: string): void
}

/** Some 12 MB when full. What is beyond it is forgotten, the oldest first. */
const maxKept = 2000

/** An empty memory. */
export function createUnverifiedAnswers(max = maxKept): UnverifiedAnswers {
  /** Oldest first. */
  const kept = new Map<string, RawTokens>()

  function add(refreshToken: string, answer: RawTokens): void {
    kept.delete(refreshToken)
    kept.set(refreshToken, answer)
    const [oldest] = kept.keys()
    if (kept.size > max && oldest !== undefined) kept.delete(oldest)
  }

  return {
    keep(refreshToken, answer) {
      add(refreshToken, answer)
      if (answer.refreshToken !== null) add(answer.refreshToken, answer)
    },
    of: refreshToken => kept.get(refreshToken),
    forget(refreshToken) {
      const answer = kept.get(refreshToken)
      kept.delete(refreshToken)
      if (answer?.refreshToken) kept.delete(answer.refreshToken)
    },
  }
}
