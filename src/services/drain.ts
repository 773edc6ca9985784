// Whether this process is about to go: load balancers are told, and connections are not kept for another request.

/** The state that everything asks which answers requests. */
export interface Drain {
  begin(): void
  readonly begun: () => boolean
  /** For readiness. Throws once it has begun. */
  readonly check: () => void
}

/** Not begun. */
export function createDrain(): Drain {
  let draining = false
  return {
    begin() {
      draining = true
    },
    begun: () => draining,
    check() {
      if (draining) throw new Error('the process is about to go')
    },
  }
}
