// Does memory stay flat? Minutes of sign-ins, refreshes, aborted requests, uploads and sign-outs against the built
// gateway; the slope of its resident memory after warm-up, by least squares.

import { request } from 'undici'
import { PlainBrowser } from '../test/fixtures/plain-browser.js'
import { signIn } from '../test/fixtures/sign-in.js'
import { type GatewayUnderTest, startGateway } from './lib/gateway.js'
import { mean } from './lib/numbers.js'
import { residentBytes } from './lib/processes.js'
import { World } from './lib/world.js'

const people = 40
const sampleMs = 2000
/** The first third is warm-up: caches fill, code is compiled. */
const warmUp = 1 / 3
/** Steeper is a leak: 2,400 MB a day. What is flatter drowns in the noise of ten minutes. */
const steepestMegabytesPerHour = 100
/** So short that every session is refreshed every few seconds. */
const accessTokenSeconds = 8

interface Sample {
  readonly seconds: number
  readonly megabytes: number
}

interface Counts {
  signIns: number
  requests: number
  aborted: number
  uploads: number
  signOuts: number
}

/** Rows of the table, and whether memory was flat. */
export async function soak(minutes: number): Promise<{ rows: string[][]; flat: boolean }> {
  const world = await World.begin({}, { accessTokenSeconds, idTokenSeconds: accessTokenSeconds })
  const gateway = await startGateway(world)
  const counts: Counts = { signIns: 0, requests: 0, aborted: 0, uploads: 0, signOuts: 0 }
  const samples: Sample[] = []
  const begun = performance.now()
  const seconds = () => (performance.now() - begun) / 1000
  const sampling = setInterval(() => {
    samples.push({ seconds: seconds(), megabytes: residentBytes(gateway.server) / 1e6 })
  }, sampleMs)
  try {
    const until = minutes * 60
    await Promise.all(
      Array.from({ length: people }, () => live(gateway, counts, () => seconds() < until)),
    )
  } finally {
    clearInterval(sampling)
    await world.end()
  }
  const refreshes = world.emulator.calls.filter(({ grantType }) => grantType === 'refresh_token')
  const settled = samples.filter(({ seconds: at }) => at > minutes * 60 * warmUp)
  const slope = slopeOf(settled) * 3600
  const most = Math.max(...samples.map(({ megabytes }) => megabytes))
  return {
    flat: slope <= steepestMegabytesPerHour,
    rows: [
      ['minutes', `${minutes}`],
      ['sign-ins, sign-outs', `${counts.signIns}, ${counts.signOuts}`],
      ['requests, aborted, uploads', `${counts.requests}, ${counts.aborted}, ${counts.uploads}`],
      ['refreshes among the last 10,000 calls', `${refreshes.length}`],
      ['resident memory after warm-up', `${settled[0]?.megabytes.toFixed(0)} MB`],
      [
        'resident memory at the end',
        `${samples.at(-1)?.megabytes.toFixed(0)} MB, at most ${most.toFixed(0)} MB`,
      ],
      ['slope after warm-up', `${slope.toFixed(1)} MB/h (fails above ${steepestMegabytesPerHour})`],
    ],
  }
}

/** One person who comes and goes. */
async function live({ url }: GatewayUnderTest, counts: Counts, goOn: () => boolean): Promise<void> {
  while (goOn()) {
    const browser = new PlainBrowser()
    await signIn(browser, `${url}/`)
    counts.signIns++
    for (let visit = 0; visit < 200 && goOn(); visit++) {
      counts.requests++
      const kind = visit % 20
      if (kind === 7) counts.aborted += await abort(`${url}/slow`, browser.cookieHeader(url))
      else if (kind === 13) {
        counts.uploads++
        await browser.visit(`${url}/upload`, { method: 'POST', body: 'x'.repeat(100_000) })
      } else await browser.fetch(`${url}/page/${visit}`)
      await new Promise(resolve => setTimeout(resolve, 50))
    }
    await browser.visit(`${url}/oauth2/sign_out`)
    counts.signOuts++
  }
}

/** A client that leaves as soon as it has asked. */
async function abort(url: string, cookie: string): Promise<number> {
  const leaving = new AbortController()
  const asked = request(url, { headers: { cookie }, signal: leaving.signal }).catch(() => {})
  setImmediate(() => leaving.abort())
  await asked
  return 1
}

/** Megabytes a second, by least squares. */
function slopeOf(samples: readonly Sample[]): number {
  const [x, y] = [mean(samples.map(s => s.seconds)), mean(samples.map(s => s.megabytes))]
  const over = samples.reduce((sum, s) => sum + (s.seconds - x) * (s.megabytes - y), 0)
  return over / samples.reduce((sum, s) => sum + (s.seconds - x) ** 2, 0)
}
