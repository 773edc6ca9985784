import t from 'tap'
import { retryAfterSeconds } from '../../src/cognito/retry-after.js'

t.test('Retry-After in seconds or as a date, within bounds', async t => {
  const date = 'Fri, 20 Nov 2026 10:00:00 GMT'
  const rows: [string, Record<string, string> | undefined, number][] = [
    ['no answer', undefined, 5],
    ['none', {}, 5],
    ['seconds', { 'retry-after': '7' }, 7],
    ['too many', { 'retry-after': '86400' }, 60],
    ['none at all', { 'retry-after': '0' }, 1],
    ['negative', { 'retry-after': '-5' }, 5],
    ['rubbish', { 'retry-after': 'soon', date }, 5],
    ['a date', { 'retry-after': 'Fri, 20 Nov 2026 10:00:20 GMT', date }, 20],
    ['a date gone by', { 'retry-after': 'Fri, 20 Nov 2026 09:00:00 GMT', date }, 1],
    ['a date without a clock', { 'retry-after': 'Fri, 20 Nov 2026 10:00:20 GMT' }, 5],
  ]
  for (const [name, headers, expected] of rows) {
    t.equal(retryAfterSeconds(headers && new Headers(headers)), expected, name)
  }
})
