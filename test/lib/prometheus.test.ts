import t from 'tap'
import { createBuckets, readFamilies, renderReadings } from '../../src/lib/prometheus.js'

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
