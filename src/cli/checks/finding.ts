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

const marks: Readonly<Record<Outcome, string>> = { ok: '✓', warning: '!', failure: '✗' }

/** A finding as lines of text. */
export function describeFinding({ check, outcome, seen, cause, remedy, command }: Finding): string {
  const lines = [`${marks[outcome]} ${check}: ${seen}`]
  if (cause !== undefined) lines.push(`    because  ${cause}`)
  if (remedy !== undefined) lines.push(`    to do    ${remedy}`)
  if (command !== undefined) lines.push(`    command  ${command}`)
  return `${lines.join('\n')}\n`
}

/** What made a call fail, in words: the innermost cause with a code says most. */
export function describeFailure(error: unknown): { seen: string; cause: string; remedy: string } {
  let innermost = error as NodeJS.ErrnoException
  while (innermost.cause instanceof Error) innermost = innermost.cause as NodeJS.ErrnoException
  const code = innermost.code ?? innermost.name
  const known = failures[code] ?? (/CERT|TLS|SSL|ALTNAME/.test(code) ? failures.TLS : undefined)
  const [cause, remedy] = known ?? ['it cannot be reached', 'check address, firewall and proxy']
  return { seen: `${innermost.message} (${code})`, cause, remedy }
}

const failures: Readonly<Record<string, readonly [cause: string, remedy: string]>> = {
  ENOTFOUND: ['no host has this name', 'compare the name, and the region in it, with the console'],
  EAI_AGAIN: ['names cannot be resolved right now', 'check the DNS server of this machine'],
  ECONNREFUSED: ['nothing listens there', 'start it, or correct host and port'],
  ECONNRESET: [
    'the connection is broken off',
    'check whether it speaks TLS, and what stands between',
  ],
  TimeoutError: ['there is no answer in time', 'check firewall, route and proxy of this machine'],
  TLS: ['its certificate is not accepted', 'renew it, or name its authority (NODE_EXTRA_CA_CERTS)'],
}
