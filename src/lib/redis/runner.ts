// Runs commands with a deadline. A command that finds no connection waits for it, one whose connection breaks
// is sent once more, and past its deadline nothing is sent: a lock taken for nobody would stand in the way.
import { ReplyError } from 'ioredis'
import { type InLine, Line, notInLine } from '../line.js'
import type { RedisClient } from './client.js'
import { watchDeadlines } from './deadlines.js'

/** Runs one command; rejects within the deadline, or when as many are under way as there may be. */
export type RunCommand = <T>(command: () => Promise<T>) => Promise<T>

/** The same for callers that have a promise already: every session read is one of them. */
export type BeginCommand = <T>(
  command: () => Promise<T>,
  resolve: (value: T) => void,
  reject: (error: unknown) => void,
) => void

/** Commands of one client. */
export interface Runner {
  readonly run: RunCommand
  readonly begin: BeginCommand
  /** Resolves when those under way now have their answer, or are past their deadline. */
  settle(): Promise<void>
}

/** @param answered  false: none came in time, or it was an error */
export type CommandEnd = (ms: number, answered: boolean) => void

interface Call extends InLine<Call> {
  readonly command: () => Promise<unknown>
  readonly resolve: (value: never) => void
  readonly reject: (error: unknown) => void
  /** By `performance.now()`. */
  readonly begun: number
  /** What it waits for: a connection, its answer, or the end of a pause before it is sent again. */
  waitsFor: 'connection' | 'answer' | 'pause'
  /** Counts the times it was sent, so that the answer of an earlier connection is not taken for this one's. */
  turn: number
  /** Why it was not answered yet. */
  reason: unknown
  /** Who waits for its end. */
  onOver: () => void
}

/** So many commands of a client may be under way. */
export const maxPending = 10_000
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
 * Whoever waits stands in a line that they leave at their deadline; promises that many wait for would keep
 * them until the connection comes, however long that takes. One timer does for all, since all may wait equally long.
 * @param trouble  what the connection suffered last, for whoever asks why no answer came
 * @param onEnd  told of every command: how long it took, waiting included, and whether an answer came
 */
export function createRunner(
  client: RedisClient,
  timeoutMs: number,
  trouble: () => Error | null,
  onEnd: CommandEnd = () => {},
): Runner {
  const pending = new Line<Call>()
  const deadlines = watchDeadlines(pending, timeoutMs, expire)

  client.on('ready', () => {
    for (const call of pending) if (call.waitsFor === 'connection') send(call)
  })
  client.on('close', () => {
    for (const call of pending) {
      if (call.waitsFor === 'answer')
        again(call, new Error('the connection ended before the answer'))
    }
  })

  function send(call: Call): void {
    if (!call.isInLine) return
    if (client.status !== 'ready') {
      call.waitsFor = 'connection'
      return
    }
    const turn = ++call.turn
    call.waitsFor = 'answer'
    call.command().then(
      value => {
        if (call.turn === turn) finish(call, value)
      },
      error => {
        if (call.turn === turn) failed(call, error)
      },
    )
  }

  function failed(call: Call, error: unknown): void {
    const kind = replyKind(error)
    if (kind === null || passingKinds.has(kind)) again(call, error)
    else giveUp(call, error)
  }

  function again(call: Call, reason: unknown): void {
    call.turn++
    call.reason = reason
    call.waitsFor = 'pause'
    setTimeout(() => send(call), settleMs)
  }

  function expire(call: Call): void {
    call.turn++
    giveUp(call, tooLate(timeoutMs, call.reason ?? trouble()))
  }

  function finish(call: Call, value: unknown): void {
    pending.delete(call)
    onEnd(performance.now() - call.begun, true)
    call.resolve(value as never)
    call.onOver()
  }

  function giveUp(call: Call, error: unknown): void {
    pending.delete(call)
    onEnd(performance.now() - call.begun, false)
    call.reject(error)
    call.onOver()
  }

  const begin: BeginCommand = (command, resolve, reject) => {
    if (pending.size >= maxPending) {
      return reject(new Error(`${maxPending} Redis commands are under way already`))
    }
    const call: Call = {
      command,
      resolve,
      reject,
      begun: performance.now(),
      waitsFor: 'connection',
      turn: 0,
      reason: null,
      onOver: nothing,
      ...notInLine,
    }
    pending.add(call)
    deadlines.watch()
    send(call)
  }

  return {
    begin,
    run: command => new Promise((resolve, reject) => begin(command, resolve, reject)),
    async settle() {
      await Promise.all(
        [...pending].map(call => new Promise<void>(resolve => (call.onOver = resolve))),
      )
      deadlines.rest()
    },
  }
}

function nothing(): void {}

function tooLate(timeoutMs: number, cause: unknown): Error {
  return new Error(`no answer from Redis within ${timeoutMs} ms`, cause === null ? {} : { cause })
}
