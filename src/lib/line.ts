// Who is under way, oldest first. Not a Set: filled and emptied all the time it moves to a new table every few hundred
// members, and the old table, in V8's old generation by then, keeps those alive that it still names, with all that they hold.

/** What a member keeps for its line, which alone changes it. */
export interface InLine<One> {
  before: One | null
  after: One | null
  isInLine: boolean
}

/** To spread into a new member. */
export const notInLine = { before: null, after: null, isInLine: false }

/** Members in the order in which they came. */
export class Line<One extends InLine<One>> implements Iterable<One> {
  #first: One | null = null
  #last: One | null = null
  #size = 0

  get size(): number {
    return this.#size
  }

  add(one: One): void {
    one.before = this.#last
    one.isInLine = true
    if (this.#last === null) this.#first = one
    else this.#last.after = one
    this.#last = one
    this.#size++
  }

  /** Whoever is not in it stays so. */
  delete(one: One): void {
    const { before, after, isInLine } = one
    if (!isInLine) return
    if (before === null) this.#first = after
    else before.after = after
    if (after === null) this.#last = before
    else after.before = before
    // Who has left leads nowhere: it may be remembered longer than those that stay.
    one.before = null
    one.after = null
    one.isInLine = false
    this.#size--
  }

  /** Members may leave meanwhile, each when its turn has come. */
  *[Symbol.iterator](): Generator<One> {
    let one = this.#first
    while (one !== null) {
      const next: One | null = one.after
      yield one
      one = one.isInLine ? one.after : next
    }
  }
}
