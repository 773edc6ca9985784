// What a check of the doctor says, and how it is said.

/** `ok`: as it should be. `warning`: works, and may not be meant. `failure`: people cannot sign in or go on. */
export type Outcome = 'ok' | 'warning' | 'failure'

/** One thing that was looked at. */
export interface Finding {
  readonly check: string
  readonly outcome: Outcome
  /** What was seen; no secret. */
  readonly seen: string
  /** Why, and what to do: where something is to be done. */
  readonly cause?: string
  readonly remedy?: string
  /** A command to paste. */
  readonly command?: string
}

/** Finding of a check that has nothing to complain about. */
export function ok(check: string, seen: string): Finding {
  return { check, outcome: 'ok', seen }
}

const marks = {
  ok: ['✓', 'green'],
  warning: ['!', 'yellow'],
  failure: ['✗', 'red'],
} as const satisfies Record<Outcome, readonly [string, string]>

/** Gives text a colour, where there is one. */
export type Paint = (colour: 'green' | 'yellow' | 'red', text: string) => string

/** A finding as lines of text. */
export function describeFinding(
  { check, outcome, seen, cause, remedy, command }: Finding,
  paint: Paint = (_, text) => text,
): string {
  const [mark, colour] = marks[outcome]
  const lines = [`${paint(colour, mark)} ${check}: ${seen}`]
  if (cause !== undefined) lines.push(`    because  ${cause}`)
  if (remedy !== undefined) lines.push(`    to do    ${remedy}`)
  if (command !== undefined) lines.push(`    command  ${command}`)
  return `${lines.join('\n')}\n`
}

/** What made a call fail, in words: the innermost cause with a code says most. */
export function describeFailure(error: unknown): { seen: string; cause: string; remedy: string } {
  let innermost = error as NodeJS.ErrnoException
  while (innermost.cause instanceof Error) innermost = innermost.cause as NodeJS.ErrnoException
  // A DOMException, such as of a deadline, has a number in that place.
  const code = typeof innermost.code === 'string' ? innermost.code : innermost.name
  const [cause, remedy] = failures.find(({ codes }) => codes.test(code))?.words ?? unknown
  return { seen: `${innermost.message} (${code})`, cause, remedy }
}

type Words = readonly [cause: string, remedy: string]

const unknown: Words = ['it cannot be reached', 'check address, firewall and proxy']

/** By codes of Node, OpenSSL and undici; the first that matches. */
const failures: readonly { readonly codes: RegExp; readonly words: Words }[] = [
  {
    codes: /^ENOTFOUND$/,
    words: ['no host has this name', 'compare the name, and the region in it, with the console'],
  },
  {
    codes: /^EAI_AGAIN$/,
    words: ['names cannot be resolved right now', 'check the DNS server of this machine'],
  },
  {
    codes: /^ECONNREFUSED$/,
    words: ['nothing listens there', 'start it, or correct host and port'],
  },
  {
    codes: /^(?:EHOSTUNREACH|ENETUNREACH)$/,
    words: ['no way leads there', 'check address, route and firewall of this machine'],
  },
  {
    codes: /^(?:ECONNRESET|EPIPE|UND_ERR_SOCKET)$/,
    words: ['the connection is broken off', 'check whether it speaks TLS, and what stands between'],
  },
  {
    codes: /TIMEOUT|^TimeoutError$|^ETIMEDOUT$/,
    words: ['there is no answer in time', 'check firewall, route and proxy of this machine'],
  },
  {
    codes: /WRONG_VERSION|PACKET_LENGTH|^EPROTO$/,
    words: ['it does not speak TLS', 'write http:// where it is plain, or another port'],
  },
  {
    codes: /CERT|ALTNAME|VERIFY|SIGNATURE|ISSUER|TLS|SSL/,
    words: [
      'its certificate is not accepted',
      'renew it, or name its authority (NODE_EXTRA_CA_CERTS)',
    ],
  },
]
