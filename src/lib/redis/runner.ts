// Runs commands with a deadline. A command that finds no connection waits for it, one whose connection breaks
// is sent once more, and past its deadline nothing is sent: a lock taken for nobody would stand in the way.
import { ReplyError } from 'ioredis'
import type { RedisClient } from './client.js'

/** Runs one command; rejects within the deadline, or when as many are under way as there may be. */
export type RunCommand = <T>(command: () => Promise<T>) => Promise<T>

/** Commands of one client. */
export interface Runner {
  readonly run: RunCommand
  /** Resolves when those under way now have their answer, or are past their deadline. */
  settle(): Promise<void>
}

/** @param answered  false: none came in time, or it was an error */
export type CommandEnd = (ms: number, answered: boolean) => void

interface Call {
  readonly command: () => Promise<unknown>
  readonly finish: (settle: () => void) => void
  readonly resolve: (value: never) => void
  readonly reject: (error: unknown) => void
  /** Counts the times it was sent, so that the answer of an earlier connection is not taken for this one's. */
  turn: number
  /** Why it was not answered yet. */
  reason: unknown
  /** Who waits for its end. */
  onOver: () => void
}

const maxPending = 10_000
/** Between the end of a connection and what tells of it. */
const settleMs = 10
/** Replies of a server that will not stay so: it is loading, or another has become primary. */
const passingKinds: ReadonlySet<string> = new Set([
  'CLUSTERDOWN',
  'LOADING',
  'MASTERDOWN',
  'READONLY',
  'TRYAGAIN',
])

/** The first word of an error reply, by which Redis tells its errors apart; null for anything else. */
export function replyKind(error: unknown): string | null {
  return error instanceof ReplyError ? ((error as Error).message.split(' ', 1)[0] ?? null) : null
}

/**
 * A runner over one client.
 *
 * Whoever waits is kept in sets that they leave at their deadline; promises that many wait for would keep
 * them until the connection comes, however long that takes.
 * @param trouble  what the connection suffered last, for whoever asks why no answer came
 * @param onEnd  told of every command: how long it took, waiting included, and whether an answer came
 */
export function createRunner(
  client: RedisClient,
  timeoutMs: number,
  trouble: () => Error | null,
  onEnd: CommandEnd = () => {},
): Runner {
  const pending = new Set<Call>()
  const waiting = new Set<Call>()
  const sent = new Set<Call>()

  client.on('ready', () => {
    const calls = [...waiting]
    waiting.clear()
    for (const call of calls) send(call)
  })
  client.on('close', () => {
    for (const call of sent) again(call, new Error('the connection ended before the answer'))
  })

  function send(call: Call): void {
    if (!pending.has(call)) return
    if (client.status !== 'ready') return void waiting.add(call)
    const turn = ++call.turn
    sent.add(call)
    call.command().then(
      value => {
        if (call.turn === turn) call.finish(() => call.resolve(value as never))
      },
      error => {
        if (call.turn === turn) failed(call, error)
      },
    )
  }

  function failed(call: Call, error: unknown): void {
    const kind = replyKind(error)
    if (kind === null || passingKinds.has(kind)) again(call, error)
    else call.finish(() => call.reject(error))
  }

  function again(call: Call, reason: unknown): void {
    sent.delete(call)
    call.turn++
    call.reason = reason
    setTimeout(() => send(call), settleMs)
  }

  const run: RunCommand = command =>
    new Promise((resolve, reject) => {
      if (pending.size >= maxPending) {
        return reject(new Error(`${maxPending} Redis commands are under way already`))
      }
      const finish = (settle: () => void) => {
        clearTimeout(timer)
        for (const calls of [pending, waiting, sent]) calls.delete(call)
        settle()
        call.onOver()
      }
      const begun = performance.now()
      const call: Call = {
        command,
        finish,
        resolve(value) {
          onEnd(performance.now() - begun, true)
          resolve(value)
        },
        reject(error) {
          onEnd(performance.now() - begun, false)
          reject(error)
        },
        turn: 0,
        reason: null,
        onOver: nothing,
      }
      const expire = () => {
        if (!pending.has(call)) return
        call.turn++
        finish(() => call.reject(tooLate(timeoutMs, call.reason ?? trouble())))
      }
      // Timers come before sockets: a process that was held up may have the answer there, unread.
      const timer = setTimeout(() => setImmediate(expire), timeoutMs)
      pending.add(call)
      send(call)
    })

  return {
    run,
    async settle() {
      await Promise.all(
        [...pending].map(call => new Promise<void>(resolve => (call.onOver = resolve))),
      )
    },
  }
}

function nothing(): void {}

function tooLate(timeoutMs: number, cause: unknown): Error {
  return new Error(`no answer from Redis within ${timeoutMs} ms`, cause === null ? {} : { cause })
}
