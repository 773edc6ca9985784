import t from 'tap'
import { parseTraceparent } from '../../src/tracing/tracing.js'

const [traceId, spanId] = ['4bf92f3577b34da6a3ce929d0e0e4736', '00f067aa0ba902b7']

t.test('what is a traceparent, and what is none', async t => {
  t.strictSame(parseTraceparent(`00-${traceId}-${spanId}-01`), { traceId, spanId, flags: 1 })
  t.strictSame(parseTraceparent(`01-${traceId}-${spanId}-00-more`), { traceId, spanId, flags: 0 })
  for (const [text, why] of [
    ['', 'empty'],
    [`ff-${traceId}-${spanId}-01`, 'version ff is none'],
    [`00-${traceId}-${spanId}-01-more`, 'version 00 ends there'],
    [`00-${'0'.repeat(32)}-${spanId}-01`, 'no trace'],
    [`00-${traceId}-${'0'.repeat(16)}-01`, 'no parent'],
    [`00-${traceId.toUpperCase()}-${spanId}-01`, 'lower case only'],
    [`00-${traceId}-${spanId}-1`, 'flags have two digits'],
  ] as const) {
    t.equal(parseTraceparent(text), null, why)
  }
})
