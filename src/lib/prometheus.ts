// The text format of Prometheus, version 0.0.4 (Prometheus documentation, Exposition formats).

/** One number with its labels. */
export interface Sample {
  readonly labels?: Readonly<Record<string, string>>
  /** Behind the name of the family: `_bucket`, `_sum`, `_count`. */
  readonly suffix?: string
  readonly value: number
}

/** Numbers of one kind, read when somebody asks. */
export interface Family {
  readonly name: string
  readonly help: string
  readonly type: 'counter' | 'gauge' | 'histogram'
  readonly read: () => readonly Sample[]
}

/** Value of the `Content-Type` header. */
export const contentType = 'text/plain; version=0.0.4; charset=utf-8'

/** A family as it is at one instant: plain data, which may come from another process. */
export interface Reading {
  readonly name: string
  readonly help: string
  readonly type: Family['type']
  readonly samples: readonly Sample[]
}

/** Asks every family. */
export function readFamilies(families: readonly Family[]): Reading[] {
  return families.map(({ name, help, type, read }) => ({ name, help, type, samples: read() }))
}

/** Readings of one process, and which it is. */
export interface ReadingsOf {
  readonly worker: string
  readonly readings: readonly Reading[]
}

/** Counts of several processes: counters and histograms are added up, gauges stand side by side with a label each. */
export function mergeReadings(all: readonly ReadingsOf[]): Reading[] {
  const merged = new Map<string, { first: Reading; samples: Map<string, Sample> }>()
  for (const { worker, readings } of all) {
    for (const reading of readings) {
      const { name, type } = reading
      const family = merged.get(name) ?? { first: reading, samples: new Map<string, Sample>() }
      merged.set(name, family)
      for (const sample of reading.samples) {
        addSample(
          family.samples,
          type === 'gauge' ? { ...sample, labels: { ...sample.labels, worker } } : sample,
        )
      }
    }
  }
  return [...merged.values()].map(({ first, samples }) => ({
    ...first,
    samples: [...samples.values()],
  }))
}

function addSample(samples: Map<string, Sample>, sample: Sample): void {
  const key = `${sample.suffix ?? ''}${renderLabels(sample.labels ?? {})}`
  const known = samples.get(key)
  samples.set(key, known ? { ...known, value: known.value + sample.value } : sample)
}

/** Readings as text. */
export function renderReadings(readings: readonly Reading[]): string {
  return readings
    .map(({ name, help, type, samples }) => {
      const lines = samples.map(
        ({ labels = {}, suffix = '', value }) =>
          `${name}${suffix}${renderLabels(labels)} ${value}\n`,
      )
      return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join('')}`
    })
    .join('')
}

function renderLabels(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escapeLabel(value)}"`)
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`
}

function escapeLabel(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
}

/** Counts of values in buckets. */
export interface Buckets {
  observe(value: number): void
  samples(labels: Readonly<Record<string, string>>): readonly Sample[]
}

/** @param bounds  upper bounds, growing; one without bound comes behind them */
export function createBuckets(bounds: readonly number[]): Buckets {
  const counts = [...bounds, Number.POSITIVE_INFINITY].map(() => 0)
  let sum = 0
  return {
    observe(value) {
      let at = 0
      while (at < bounds.length && value > (bounds[at] as number)) at++
      counts[at] = (counts[at] as number) + 1
      sum += value
    },
    samples(labels) {
      let below = 0
      const buckets = counts.map((count, at) => {
        below += count
        return {
          suffix: '_bucket',
          labels: { ...labels, le: String(bounds[at] ?? '+Inf') },
          value: below,
        }
      })
      return [
        ...buckets,
        { suffix: '_sum', labels, value: sum },
        { suffix: '_count', labels, value: below },
      ]
    },
  }
}
