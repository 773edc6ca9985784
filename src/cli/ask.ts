// Questions on a terminal. What is typed for a secret is not shown.
import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'

/** Asks one question, and again until the answer is good. */
export type Ask = (
  question: string,
  options?: {
    readonly hidden?: boolean
    /** What is wrong with an answer; null for nothing. */
    readonly complain?: (answer: string) => string | null
  },
) => Promise<string>

/**
 * A dialogue over these streams; `close` gives the terminal back.
 *
 * @throws Error when the input ends before the answer
 */
export function openDialogue(
  input: NodeJS.ReadableStream,
  output: NodeJS.WritableStream,
): { ask: Ask; close: () => void } {
  let isHidden = false
  const shown = new Writable({
    write(chunk, _encoding, done) {
      if (!isHidden) output.write(chunk)
      done()
    },
  })
  const lines = createInterface({ input, output: shown, terminal: true })
  const ended = new AbortController()
  lines.once('close', () => ended.abort())

  /** A shown question is readline's own, which draws its line anew at every key; a hidden one stays as it was written. */
  async function answerTo(text: string, hidden: boolean): Promise<string> {
    if (hidden) output.write(text)
    isHidden = hidden
    try {
      return (await lines.question(hidden ? '' : text, { signal: ended.signal })).trim()
    } catch {
      throw new Error('stopped before all questions were answered; nothing was written')
    } finally {
      if (isHidden) output.write('\n')
      isHidden = false
    }
  }

  return {
    async ask(question, { hidden = false, complain = () => null } = {}) {
      for (;;) {
        const answer = await answerTo(`${question}: `, hidden)
        const complaint = complain(answer)
        if (complaint === null) return answer
        output.write(`  ${complaint}\n`)
      }
    },
    close: () => lines.close(),
  }
}
