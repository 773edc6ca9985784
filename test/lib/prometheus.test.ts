import t from 'tap'
import {
  createBuckets,
  mergeReadings,
  readFamilies,
  renderReadings,
} from '../../src/lib/prometheus.js'

t.test('families as Prometheus reads them', async t => {
  const readings = readFamilies([
    {
      name: 'a_total',
      help: 'What it is',
      type: 'counter',
      read: () => [{ value: 1.5 }, { labels: { x: 'q"\\\n', y: '' }, value: 2 }],
    },
  ])
  t.strictSame(JSON.parse(JSON.stringify(readings)), readings, 'plain data')
  const text = renderReadings(readings)
  t.equal(
    text,
    '# HELP a_total What it is\n# TYPE a_total counter\na_total 1.5\na_total{x="q\\"\\\\\\n",y=""} 2\n',
  )
})

t.test('buckets are cumulative, with their bounds in', async t => {
  const buckets = createBuckets([0.1, 1])
  for (const value of [0.05, 0.1, 0.5, 7]) buckets.observe(value)
  t.strictSame(
    buckets.samples({ a: 'b' }).map(({ suffix, labels, value }) => [suffix, labels?.le, value]),
    [
      ['_bucket', '0.1', 2],
      ['_bucket', '1', 3],
      ['_bucket', '+Inf', 4],
      ['_sum', undefined, 7.65],
      ['_count', undefined, 4],
    ],
  )
})

t.test('of several processes counters are added up, and gauges stand side by side', async t => {
  const of = (worker: string, asked: number, memory: number) => ({
    worker,
    readings: [
      {
        name: 'asked_total',
        help: 'Asked',
        type: 'counter' as const,
        samples: [{ labels: { route: '/' }, value: asked }],
      },
      { name: 'memory', help: 'Memory', type: 'gauge' as const, samples: [{ value: memory }] },
    ],
  })
  t.match(
    renderReadings(mergeReadings([of('1', 2, 10), of('2', 3, 20)])),
    /asked_total\{route="\/"\} 5\n[\s\S]*memory\{worker="1"\} 10\nmemory\{worker="2"\} 20\n/,
  )
})
