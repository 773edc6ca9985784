// What primary and workers say to each other.
import type { SettingTree } from '../../lib/setting-sources.js'
import type { Ending } from '../../session/ended.js'

/** The first message to a worker: what to serve by. Settings that were checked, with their secrets in them. */
export interface Start {
  readonly tree: SettingTree
  readonly slot: number
  /** What ended before it was there. */
  readonly endings: readonly Ending[]
  /** Descriptor of a socket that was open before; null to listen anew. */
  readonly fd: number | null
}

/** How a start went. */
export type Started = { readonly ok: true } | { readonly ok: false; readonly message: string }

/** Kinds of messages, and who sends them. */
export const words = {
  /** Worker: hears what is said from now on. */
  here: 'here',
  /** Primary: begin. Answered with `Started`. */
  start: 'start',
  /** Primary: another worker takes over. */
  leave: 'leave',
  /** Primary: the whole gateway ends. */
  stop: 'stop',
  /** Primary: the file of the audit has another in its place. */
  reopenAudit: 'reopen-audit',
  /** Primary: what do you count? */
  figures: 'figures',
  /** Primary: what can you do? */
  checks: 'checks',
  /** Worker: the last figures. */
  bye: 'bye',
  /** Either: a session has ended. */
  ending: 'ending',
  /** Worker: may I refresh this session? */
  turn: 'turn',
  /** Worker: this is what has come of it. */
  turnOver: 'turn-over',
} as const
