// What do many routes cost? The look-up alone, as every request pays it, against tables of one and of a thousand.
import { compileRoutes, type RoutedRequest } from '../src/routing/table.js'
import { median } from './lib/numbers.js'

const lookUps = 200_000
const rounds = 9

/** Rows of the table: what is asked, and nanoseconds for a look-up in each table. */
export function routes(): string[][] {
  const [one, thousand, folded] = [tableOf(1), tableOf(1000), tableOf(1000, { ignoreCase: true })]
  const asked: [string, string][] = [
    ['the last route', '/last/reports/2026/november.html'],
    ['a route in the middle', '/area-500/reports/2026/november.html'],
    ['no route of its own', `/${'unknown/'.repeat(20)}`],
  ]
  return asked.map(([what, path]) => {
    const request = { host: 'app.example.com', method: 'GET', path }
    return [what, ...[one, thousand, folded].map(find => nanoseconds(find, request).toFixed(0))]
  })
}

/** Routes of several kinds, `/last` behind all of them, and `/` for the rest. */
function tableOf(count: number, options: { ignoreCase?: boolean } = {}) {
  const areas = Array.from({ length: count }, (_, n) => ({
    path: `/area-${n}/${n % 2 === 0 ? 'reports' : 'api'}`,
    exact: false,
    ...(n % 3 === 0 ? { host: 'app.example.com' } : {}),
    ...(n % 5 === 0 ? { methods: ['GET', 'POST'] } : {}),
    ...options,
  }))
  const paths = [...areas, { path: '/last', exact: false }, { path: '/', exact: false }]
  return compileRoutes(paths.map((match, route) => ({ match, route })))
}

/** Median of a few rounds, after one to warm up. */
function nanoseconds(
  find: (request: RoutedRequest) => number | null,
  request: RoutedRequest,
): number {
  const measured: number[] = []
  for (let round = 0; round <= rounds; round++) {
    const start = process.hrtime.bigint()
    for (let n = 0; n < lookUps; n++) {
      if (find(request) === null) throw new Error('the look-up found nothing: nothing counts')
    }
    if (round > 0) measured.push(Number(process.hrtime.bigint() - start) / lookUps)
  }
  return median(measured)
}
