// So many places for all, and so many of them for each: who takes all that are theirs leaves some for others.

/** Takes a place for an owner; gives what gives it back, or null when there is none for them. */
export type TakePlace = (owner: string) => (() => void) | null

/** @param all  places there are; as many owners are remembered at most. @param each  of them, for one owner */
export function createPlaces({ all, each }: { all: number; each: number }): TakePlace {
  const taken = new Map<string, number>()
  let takenByAll = 0

  return owner => {
    const theirs = taken.get(owner) ?? 0
    if (takenByAll >= all || theirs >= each) return null
    taken.set(owner, theirs + 1)
    takenByAll++
    return () => {
      takenByAll--
      const left = (taken.get(owner) ?? 1) - 1
      if (left === 0) taken.delete(owner)
      else taken.set(owner, left)
    }
  }
}
