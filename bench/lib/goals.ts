// The figures that are asked for: what must be, what would be better, and whether a measured one is there.

/** One line of the table of ratios. */
export interface Goal {
  readonly row: string
  readonly what: string
  readonly must: number
  readonly stretch: number
  /** Whether more is better. */
  readonly more: boolean
  readonly unit?: string
}

const ratio = (row: string, what: string, must: number, stretch: number): Goal => ({
  row,
  what,
  must,
  stretch,
  more: true,
})
const cost = (
  row: string,
  what: string,
  [must, stretch]: readonly [number, number],
  unit?: string,
): Goal => ({
  row,
  what,
  must,
  stretch,
  more: false,
  ...(unit === undefined ? {} : { unit }),
})

/** By key; ratios are of requests a second unless they say otherwise. */
export const goals = {
  undici: ratio('1', 'cookie session / bare undici dispatch without login, same cookie', 1, 1.4),
  'reply-from': ratio('2', 'cookie session / reply-from without login, same cookie', 1.5, 2.2),
  'apache-client': ratio('3', 'cookie session / mod_auth_openidc, client cookie', 5, 7),
  'apache-server': ratio('3', 'cookie session / mod_auth_openidc, server cache', 2.5, 3.7),
  'auth-request': ratio('4', 'cookie session / nginx auth_request, not cached', 1.4, 2),
  'auth-request-cached': ratio('4', 'cookie session / nginx auth_request, cached', 1, 1.4),
  nginx: ratio('5', 'cookie session / nginx plain, same cookie', 0.45, 0.7),
  'login-cached': cost('6', 'CPU added by login against a public route, cached', [6, 3], 'µs'),
  'login-opened': cost(
    '6',
    'CPU added by login against a public route, not cached',
    [18, 12],
    'µs',
  ),
  'login-opened-default': cost(
    '6',
    'the same with what sessions keep by default: claims and refresh token',
    [18, 12],
    'µs',
  ),
  rotating: ratio('7', '2,000 rotating sessions / one session', 0.85, 0.95),
  bearer: ratio('8', 'Bearer cached / cookie session cached', 0.95, 1),
  redis: ratio('8', 'Redis store / cookie store', 0.7, 0.9),
  'p99-nginx': cost('9', 'p99 at 2,000 req/s / nginx', [1.5, 1]),
  'p99-reply-from': cost('9', 'p99 at 6,000 req/s / reply-from', [0.8, 0.5]),
  download: ratio('10', 'download MB/s / a http.request proxy', 1, 1.4),
  'memory-download': cost('10', 'memory above rest during a download of 1 GiB', [40, 10], 'MB'),
  'memory-upload': cost('10', 'memory above rest during an upload of 1 GiB', [40, 10], 'MB'),
  websocket: cost('11', 'WebSocket CPU per message / nginx', [1.5, 1.2]),
  events: cost('11', 'event age p50 / nginx', [1.5, 1.1]),
  'memory-idle': cost('12', 'memory per idle connection', [12, 6], 'KB'),
  'memory-rest': cost('12', 'memory at rest', [90, 60], 'MB'),
  'memory-load': cost('12', 'memory under load', [130, 90], 'MB'),
  'sign-in': cost('13', 'CPU per sign-in / mod_auth_openidc', [0.9, 0.5]),
  start: cost('14', 'start to first good answer / bare Fastify + reply-from', [1.5, 0.8]),
  growth: cost(
    '15',
    'memory after load period 8 / period 4, after major collections',
    [1.05, 1.02],
  ),
} as const satisfies Record<string, Goal>

export type GoalKey = keyof typeof goals

/** What was measured; text says why there is no figure. */
export type Figures = Partial<Record<GoalKey, number | string>>

/** Cells of one goal: row, what, must, stretch, measured, verdict. */
export function judge(key: GoalKey, measured: number | string | undefined): string[] {
  const { row, what, must, stretch, more, unit = '' }: Goal = goals[key]
  const say = (value: number) => `${more ? '≥' : '≤'} ${value}${unit && ` ${unit}`}`
  const cells = [row, what, say(must), say(stretch)]
  if (measured === undefined) return [...cells, 'not measured', '']
  if (typeof measured === 'string') return [...cells, `missing: ${measured}`, 'missing']
  const reaches = (value: number) => (more ? measured >= value : measured <= value)
  const verdict = reaches(stretch) ? 'met, stretch too' : reaches(must) ? 'met' : 'NOT met'
  const digits = Math.abs(measured) >= 20 ? 0 : Math.abs(measured) >= 5 ? 1 : 2
  return [...cells, `${measured.toFixed(digits)}${unit && ` ${unit}`}`, verdict]
}
