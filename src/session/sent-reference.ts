// A reference as a browser sends it: in the pieces of its cookies. Putting them together costs a copy of some
// 5 KB at every request (bench/throughput: a twentieth of all CPU), so that is done only when it must be.

/** One piece, or several in their order. */
export type SentReference = string | readonly string[]

/** The reference in one piece. */
export function joinPieces(sent: SentReference): string {
  return typeof sent === 'string' ? sent : sent.join('')
}

/** The last characters of a reference. */
export function tailOf(sent: SentReference, characters: number): string {
  const last = typeof sent === 'string' ? sent : (sent[sent.length - 1] ?? '')
  return last.length >= characters ? last.slice(-characters) : joinPieces(sent).slice(-characters)
}

/** Whether these pieces make up this very reference. Slices of a string copy nothing. */
export function isMadeOf(reference: string, sent: SentReference): boolean {
  if (typeof sent === 'string') return reference === sent
  let at = 0
  for (const piece of sent) {
    if (reference.slice(at, at + piece.length) !== piece) return false
    at += piece.length
  }
  return at === reference.length
}
