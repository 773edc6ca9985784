// Text that others wrote, made fit for a log line.

const maxCharacters = 200

/** Short, and without control and direction characters. */
export function printable(text: string): string {
  const plain = text.slice(0, 4 * maxCharacters).replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, '?')
  return [...plain].slice(0, maxCharacters).join('')
}

/**
 * Printable, and without anything that could be a code, a token or a secret (a long run with a digit in it):
 * for what Cognito and browsers send, who may repeat what they were sent.
 */
export function quote(text: string): string {
  return printable(text).replaceAll(/[\w+/=~.-]{16,}/g, run => (/\d/.test(run) ? '…' : run))
}
