// The one place where log lines get their form and where secrets are kept out of them.
import { type DestinationStream, type Logger, pino } from 'pino'

/** pino levels, quiet to loud. */
export const logLevels = ['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace'] as const
export type LogLevel = (typeof logLevels)[number]

export type Log = Logger

/** Names whose values never reach a log line, at the top of an object or one level below. */
const secretNames = [
  'access_token',
  'accessToken',
  'authorization',
  'client_secret',
  'clientSecret',
  'code',
  'code_verifier',
  'codeVerifier',
  'cookie',
  'id_token',
  'idToken',
  'nonce',
  'password',
  'rawJwt',
  'refresh_token',
  'refreshToken',
  'secret',
  'secrets',
  'set-cookie',
  'state',
  'tokens',
]

const lineForm = {
  base: null,
  timestamp: () => `,"time":"${new Date().toISOString()}"`,
  redact: { paths: secretNames.flatMap(name => [`["${name}"]`, `*["${name}"]`]), remove: true },
  serializers: { err: (error: unknown) => describeError(error) },
}

const secrets: ReadonlySet<string> = new Set(secretNames)

/**
 * For lines of which many are written: pino's way looks for every name one level below every field, also below text, and
 * takes ten times as long as the line. This looks below objects. Fields and bindings by these names go as in other lines.
 */
const leanForm = {
  redact: { paths: secretNames.map(name => `["${name}"]`), remove: true },
  formatters: { log: withoutSecretsBelow },
}

function withoutSecretsBelow(fields: object): object {
  let kept = fields
  for (const [name, value] of Object.entries(fields)) {
    // Of `err` there is left what describeError says; an error by another name is written with all that hangs on it.
    if (typeof value !== 'object' || value === null || name === 'err') continue
    if (!Object.keys(value).some(below => secrets.has(below))) continue
    const beside = Object.entries(value).filter(([below]) => !secrets.has(below))
    kept = { ...kept, [name]: Object.fromEntries(beside) }
  }
  return kept
}

/** A stream of lines of its own, of which many are written: whatever the level of the log, and cheaper than others. */
export function childFor(stream: string, log: Log): Log {
  return log.child({ stream }, { level: 'info', ...leanForm })
}

const maxFrames = 10

/** An error as fields: its class, code and text, and the same of its causes. Never its own properties,
 * where libraries keep tokens (aws-jwt-verify) and whole answers (openid-client). */
export function describeError(error: unknown, depth = 0): Record<string, unknown> {
  if (!(error instanceof Error)) return { message: textOf(error) }
  const { code, reason } = error as { code?: unknown; reason?: unknown }
  return {
    type: error.constructor.name,
    message: error.message,
    ...(typeof code === 'string' ? { errorCode: code } : {}),
    ...(typeof reason === 'string' ? { reason } : {}),
    ...(error.cause instanceof Error && depth < 3
      ? { cause: describeError(error.cause, depth + 1) }
      : {}),
  }
}

/** Where an error that nobody planned for was thrown: the frames of its stack, without its text. */
export function framesOf(error: unknown): string[] {
  if (!(error instanceof Error)) return []
  // A text may have lines that look like frames.
  const stack = String(error.stack ?? '')
  const textAt = stack.indexOf(error.message)
  return stack
    .slice(textAt < 0 ? 0 : textAt + error.message.length)
    .split('\n')
    .map(line => line.trim())
    .filter(line => line.startsWith('at '))
    .slice(0, maxFrames)
}

/** Anything can be thrown, also what cannot be made text; that is no reason to lose the line. */
function textOf(thrown: unknown): string {
  try {
    return String(thrown)
  } catch {
    return typeof thrown
  }
}

const auditMode = 0o640
/** What an audit file that cannot be written keeps for later. */
const maxWaitingBytes = 1024 * 1024

/** Where audit lines go. */
export interface AuditLog {
  /** Null for nowhere. */
  readonly write: ((fields: Readonly<Record<string, unknown>>, sentence: string) => void) | null
  /** Opens the file anew, since another may stand in its place. */
  readonly reopen: () => void
  /** What is written afterwards goes among the other lines. Once is enough. */
  readonly close: () => void
}

/**
 * Audit lines among the others (`stdout`, whatever the level of the log), in a file of their own, or nowhere (`off`).
 *
 * Every one has `stream: audit`. A file that cannot be written any more is a warning, and no reason to stop.
 * @throws when the file cannot be opened
 */
export function openAuditLog(where: string, log: Log): AuditLog {
  if (where === 'off') return { write: null, reopen() {}, close() {} }
  const among = childFor('audit', log)
  if (where === 'stdout') {
    return { write: (fields, sentence) => among.info(fields, sentence), reopen() {}, close() {} }
  }
  const file = pino.destination({
    dest: where,
    mode: auditMode,
    maxLength: maxWaitingBytes,
    sync: true,
  })
  let isBroken = false
  file.on('error', err => {
    if (!isBroken) log.error({ err, file: where }, 'audit lines cannot be written')
    isBroken = true
  })
  file.on('write', () => {
    isBroken = false
  })
  let own: Log = childFor('audit', pino(lineForm, file))
  let isClosed = false
  return {
    write: (fields, sentence) => own.info(fields, sentence),
    reopen() {
      if (isClosed) return
      const before = new Set(file.listeners('ready'))
      try {
        file.reopen()
      } catch {
        // Told as an 'error'; what is open stays so. The next reopening must not close it a second time.
        for (const listener of file.listeners('ready') as (() => void)[]) {
          if (!before.has(listener)) file.off('ready', listener)
        }
      }
    },
    close() {
      if (isClosed) return
      isClosed = true
      own = among
      file.end()
    },
  }
}

/**
 * A logger that writes one JSON line an event.
 *
 * @param destination  where lines go; absent: standard output
 */
export function createLog(options: { level: LogLevel }, destination?: DestinationStream): Log {
  return pino({ ...lineForm, level: options.level }, destination ?? openStdout())
}

/** A logger on standard output: for programs one JSON line an event, on a terminal lines that a person reads. */
export async function openLog(level: LogLevel): Promise<Log> {
  if (!process.stdout.isTTY) return createLog({ level })
  const { default: readable } = await import('pino-pretty')
  return createLog({ level }, readable({ translateTime: 'SYS:HH:MM:ss', sync: true }))
}

/**
 * Standard output, whatever becomes of it: a full disk or a reader that has gone is no reason to stop serving. Lines
 * that cannot be written wait while there is room for them, then they are lost.
 */
function openStdout(): DestinationStream {
  const output = pino.destination({ dest: 1, sync: true, maxLength: maxWaitingBytes })
  output.on('error', () => {})
  return output
}
