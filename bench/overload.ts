// What becomes of half as much again as can be done? For an application that is the limit, and for the gateway itself.
// Nobody may wait long to hear that there is no room, memory stays bounded, and afterwards everybody is served again.
import { type GatewayUnderTest, startGateway } from './lib/gateway.js'
import { type Outcome, offer } from './lib/open-loop.js'
import { cpuSeconds, residentBytes } from './lib/processes.js'
import { World } from './lib/world.js'

const excess = 1.5
const workers = 64
const calibrationSeconds = 4
const afterwardsSeconds = 5
const maxConnections = 1500
const sampleMs = 500
const longest503Ms = 100
const longestRecoverySeconds = 2

/** As many connections as the application has workers, and as many waiting. */
const tight = { upstream: { connections: workers, requests: 2 * workers } }

/** Rows of the table, and whether everything held. */
export async function overload(minutes: number): Promise<{ rows: string[][]; held: boolean }> {
  const slow = await run(minutes / 2, ['workers', String(workers)], tight)
  const fast = await run(minutes / 2, ['upstream'], {})
  const names = Object.keys(slow.figures)
  return {
    rows: names.map(name => [name, slow.figures[name] ?? '', fast.figures[name] ?? '']),
    held: slow.held && fast.held,
  }
}

async function run(minutes: number, application: readonly string[], limits: object) {
  const world = await World.begin({ application })
  try {
    const settings = { limits: { ...limits, connectionsPerAddress: 0 } }
    return await measure(await startGateway(world, { settings }), minutes * 60)
  } finally {
    await world.end()
  }
}

async function measure({ server, signIn }: GatewayUnderTest, seconds: number) {
  const cookie = await signIn()
  const head = `GET / HTTP/1.1\r\nHost: localhost:${server.port}\r\nAccept: */*\r\nCookie: ${cookie}\r\n\r\n`
  const common = { port: server.port, request: Buffer.from(head) }
  // So many connections, always one request on each: more than enough to keep everybody busy.
  const full = { ...common, perSecond: 100_000, maxConnections: workers }
  await offer({ ...full, seconds: calibrationSeconds })
  const calibrated = await offer({ ...full, seconds: calibrationSeconds })
  const saturation = countOf(calibrated, 200) / calibrationSeconds

  const [before, cpuBefore] = [residentBytes(server), cpuSeconds(server)]
  let most = before
  const sampling = setInterval(() => {
    most = Math.max(most, residentBytes(server))
  }, sampleMs)
  const over = await offer({
    ...common,
    perSecond: saturation * excess,
    seconds,
    maxConnections,
  }).finally(() => clearInterval(sampling))
  const cpu = cpuSeconds(server) - cpuBefore

  const begun = performance.now()
  const afterwards = await offer({
    ...common,
    perSecond: saturation / 2,
    seconds: afterwardsSeconds,
    maxConnections,
  })
  const recovery = Math.max(0, (afterwards.lastAt.get(503) ?? begun) - begun) / 1000
  const refused = sorted(over, 503)
  const broken = over.broken + afterwards.broken
  const held =
    server.process.exitCode === null &&
    broken === 0 &&
    at(refused, 0.99) < longest503Ms &&
    recovery <= longestRecoverySeconds
  return {
    held,
    figures: {
      'requests/s at saturation': saturation.toFixed(0),
      'offered, for how long': `${(saturation * excess).toFixed(0)}/s, ${seconds.toFixed(0)} s`,
      'answered 200, 503': `${countOf(over, 200)}, ${countOf(over, 503)}`,
      'broken, unsent (every connection waits)': `${broken}, ${over.unsent}`,
      '200: median, 99 %, longest': summary(sorted(over, 200)),
      '503: median, 99 %, longest': summary(refused),
      'memory before, at most': `${megabytes(before)} MB, ${megabytes(most)} MB`,
      'CPU of the gateway for each answer': `${microseconds(cpu, over)} µs`,
      'last 503 after the load has ended': `${recovery.toFixed(1)} s`,
    } as Record<string, string>,
  }
}

/** On average, of whatever status. */
function microseconds(cpu: number, over: Outcome): string {
  return ((cpu / (countOf(over, 200) + countOf(over, 503))) * 1e6).toFixed(0)
}

function countOf({ waits }: Outcome, status: number): number {
  return waits.get(status)?.length ?? 0
}

function sorted({ waits }: Outcome, status: number): number[] {
  return [...(waits.get(status) ?? [])].sort((a, b) => a - b)
}

function at(waits: readonly number[], part: number): number {
  return waits[Math.min(waits.length - 1, Math.floor(waits.length * part))] ?? 0
}

function summary(waits: readonly number[]): string {
  if (waits.length === 0) return 'none'
  return [0.5, 0.99, 1].map(part => `${at(waits, part).toFixed(0)} ms`).join(', ')
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(0)
}
