// How long exchanges wait for the head of an answer. All of them are looked over four times a second: a timer for each costs more
// than the wait, and undici's stay in its list for a second after they were cleared, which makes old garbage of thousands.

/** Who waits for the head of an answer. */
export interface AwaitsHead {
  readonly headTimeoutMs: number
  /** Whether it is the application's turn, and not the client's with its upload. */
  readonly isUpstreamsTurn: boolean
  /** Kept here for `HeadDeadlines`; -1 while it is not counted. */
  headSeat: number
  /** Called once, up to half a second after the limit. */
  headIsLate(): void
}

const turnMs = 250

/**
 * Counts turns and not the clock, so that a process that was held up does not take its own pause for an application's. There are
 * as many seats as there ever were requests under way at a time.
 *
 * Not a Map: when it has been filled and emptied often enough it moves to a new table, and the old one, which still names who
 * was there, keeps all of that alive until the next major collection (twice the cost of a request, bench/PROFILE.md).
 */
export class HeadDeadlines {
  readonly #seats: (AwaitsHead | null)[] = []
  readonly #since: number[] = []
  readonly #free: number[] = []
  #turn = 0
  #timer: NodeJS.Timeout | null = null

  /** Begins to count, or begins anew: an interim answer is a sign of life. */
  start(one: AwaitsHead): void {
    if (one.headSeat === -1) {
      one.headSeat = this.#free.pop() ?? this.#seats.length
      this.#seats[one.headSeat] = one
    }
    this.#since[one.headSeat] = this.#turn
    this.#timer ??= setInterval(() => this.#lookOver(), turnMs).unref()
  }

  /** Begins anew for who is counted. */
  moved({ headSeat }: AwaitsHead): void {
    if (headSeat !== -1) this.#since[headSeat] = this.#turn
  }

  stop(one: AwaitsHead): void {
    if (one.headSeat === -1) return
    this.#seats[one.headSeat] = null
    this.#free.push(one.headSeat)
    one.headSeat = -1
  }

  #lookOver(): void {
    this.#turn++
    for (const one of this.#seats) {
      if (one === null) continue
      if (!one.isUpstreamsTurn) this.moved(one)
      else if (this.#waitedMs(one) >= one.headTimeoutMs) {
        this.stop(one)
        one.headIsLate()
      }
    }
    if (this.#free.length < this.#seats.length || this.#timer === null) return
    clearInterval(this.#timer)
    this.#timer = null
  }

  /** At least. The turn in which it began may have been nearly over. */
  #waitedMs({ headSeat }: AwaitsHead): number {
    return (this.#turn - (this.#since[headSeat] ?? this.#turn) - 1) * turnMs
  }
}
