// Stops asking an application that cannot be reached: whoever comes meanwhile is told at once, and is no further burden
// on it, nor on us.

/** When one opens, and for how long. */
export interface BreakerLimits {
  /** Connections in a row that cannot be made; zero: it never opens. */
  readonly breakerFailures: number
  /** From one try to the next while it is open. */
  readonly breakerPauseMs: number
}

/** Told when it opens, with what the last connection failed of, and when it closes. */
export interface BreakerWatch {
  opened(error: Error): void
  closed(): void
}

/**
 * The breaker of one application. Only connections count: an answer is an answer, whatever its status, and nobody can
 * make connections fail by what they ask for.
 */
export class Breaker {
  readonly #limits: BreakerLimits
  readonly #watch: BreakerWatch
  readonly #now: () => number
  #failuresInARow = 0
  #isOpen = false
  #nextTryMs = 0
  #timesOpened = 0

  /** @param now  milliseconds of a clock that only goes forward */
  constructor(
    limits: BreakerLimits,
    watch: BreakerWatch,
    now: () => number = () => performance.now(),
  ) {
    this.#limits = limits
    this.#watch = watch
    this.#now = now
  }

  get isOpen(): boolean {
    return this.#isOpen
  }

  get timesOpened(): number {
    return this.#timesOpened
  }

  /** When it is worth to ask again. */
  get retryAfterSeconds(): number {
    return Math.max(1, Math.ceil((this.#nextTryMs - this.#now()) / 1000))
  }

  /** Whether a request may go: while it is open only one in each pause, which tries for all. */
  admits(): boolean {
    if (!this.#isOpen) return true
    const now = this.#now()
    if (now < this.#nextTryMs) return false
    this.#nextTryMs = now + this.#limits.breakerPauseMs
    return true
  }

  /** A connection could not be made. */
  failed(error: Error): void {
    const { breakerFailures, breakerPauseMs } = this.#limits
    this.#failuresInARow++
    if (this.#isOpen || breakerFailures === 0 || this.#failuresInARow < breakerFailures) return
    this.#isOpen = true
    this.#timesOpened++
    this.#nextTryMs = this.#now() + breakerPauseMs
    this.#watch.opened(error)
  }

  /** A connection was made, or one from before brought an answer. */
  succeeded(): void {
    this.#failuresInARow = 0
    if (!this.#isOpen) return
    this.#isOpen = false
    this.#watch.closed()
  }
}
