// The counts of all workers as one, those of workers that are gone included.
import { contentType, mergeReadings, type Reading, renderReadings } from '../../lib/prometheus.js'
import type { CrewMember } from './crew.js'

/** Counts for the admin listener. */
export interface Figures {
  render(): Promise<{ contentType: string; body: string }>
  /** Keeps the counts of one that has ended. */
  retire(member: CrewMember): void
}

const gone = 'gone'

/** @param own  figures of the primary itself @param members  those that live */
export function createFigures(
  own: () => readonly Reading[],
  members: () => readonly { readonly member: CrewMember; readonly isServing: boolean }[],
): Figures {
  let retired: readonly Reading[] = []

  return {
    async render() {
      const asked = members().map(async ({ member, isServing }) => {
        const readings = await member.readFigures()
        return { worker: String(member.slot), readings: isServing ? readings : counts(readings) }
      })
      const readings = mergeReadings([
        ...(await Promise.all(asked)),
        { worker: gone, readings: retired },
        { worker: 'primary', readings: own() },
      ])
      return { contentType, body: renderReadings(readings) }
    },

    retire(member) {
      retired = mergeReadings([
        { worker: gone, readings: retired },
        { worker: gone, readings: counts(member.figures()) },
      ])
    },
  }
}

/** Without gauges: of two workers in one place they would be one line. */
function counts(readings: readonly Reading[]): Reading[] {
  return readings.filter(({ type }) => type !== 'gauge')
}
