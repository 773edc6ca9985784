// How fast do large bodies go through, and does the gateway keep them out of its memory?
import { connect } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import { startGateway } from './lib/gateway.js'
import { type Contestant, load } from './lib/load.js'
import { median, megabytes, turned } from './lib/numbers.js'
import { isMissing, startPeer } from './lib/peers.js'
import { residentBytes, type Server } from './lib/processes.js'
import type { Findings } from './lib/report.js'
import type { World } from './lib/world.js'

const bodyBytes = 1_000_000
const clients = 4
const usualRounds = 5
const usualSeconds = 3
const wholeBytes = 1024 ** 3
const sampleMs = 20

/** Row 10. */
export async function transfers(world: World): Promise<Findings> {
  const gateway = await startGateway(world)
  const cookie = await gateway.signIn()
  const headers = [`Cookie: ${cookie}`]
  const path = `/bytes/${bodyBytes}`
  const servers = [gateway.server]
  const own: Contestant = {
    ...{ key: 'gateway', label: 'cognito-gateway', port: gateway.server.port },
    ...{ servers, headers, path, sees: [] },
  }
  const peer = await startPeer(world, 'http-request', cookie)
  if (isMissing(peer)) throw new Error(peer.reason)
  const contestants = [own, { ...peer, path }]
  const rates: number[][] = contestants.map(() => [])
  const seconds = usualSeconds * world.scale
  for (let round = 0; round <= world.times(usualRounds); round++) {
    for (const one of turned(contestants, round)) {
      const { requestsPerSecond } = await load(world, one, { seconds, clients })
      // The first is a warm-up.
      if (round > 0) rates[contestants.indexOf(one)]?.push(requestsPerSecond * megabytes(bodyBytes))
    }
  }
  const [ours = [], theirs = []] = rates
  const bytes = Math.round(wholeBytes * world.scale)
  const down = await memoryDuring(gateway.server, () =>
    download(gateway.server.port, cookie, bytes),
  )
  const up = await memoryDuring(gateway.server, () => upload(gateway.server.port, cookie, bytes))
  return {
    figures: {
      download: median(ours.map((rate, at) => rate / (theirs[at] ?? Number.NaN))),
      'memory-download': down,
      'memory-upload': up,
    },
    tables: [
      {
        title: 'Large bodies',
        head: ['figure', ''],
        rows: [
          ['download through the gateway', `${median(ours).toFixed(0)} MB/s`],
          ['download through http.request', `${median(theirs).toFixed(0)} MB/s`],
          [
            `memory above rest, download of ${megabytes(bytes).toFixed(0)} MB`,
            `${down.toFixed(1)} MB`,
          ],
          [`memory above rest, upload of ${megabytes(bytes).toFixed(0)} MB`, `${up.toFixed(1)} MB`],
        ],
      },
    ],
  }
}

/** The most above what it was, in MB. */
async function memoryDuring(server: Server, work: () => Promise<void>): Promise<number> {
  await setTimeout(1000)
  const rest = residentBytes(server)
  let most = rest
  const sampling = setInterval(() => {
    most = Math.max(most, residentBytes(server))
  }, sampleMs)
  try {
    await work()
  } finally {
    clearInterval(sampling)
  }
  return megabytes(most - rest)
}

/** Reads as fast as it can, and throws when a byte is missing. */
function download(port: number, cookie: string, bytes: number): Promise<void> {
  return talk(port, [`GET /bytes/${bytes} HTTP/1.1`, `Cookie: ${cookie}`], {
    expected: bytes,
    sent: 0,
  })
}

/** The application says how many bytes it got. */
function upload(port: number, cookie: string, bytes: number): Promise<void> {
  const lines = ['POST /upload HTTP/1.1', `Cookie: ${cookie}`, 'Sec-Fetch-Site: same-origin']
  return talk(port, [...lines, `Content-Length: ${bytes}`], { expected: null, sent: bytes })
}

function talk(
  port: number,
  lines: readonly string[],
  { expected, sent }: { expected: number | null; sent: number },
): Promise<void> {
  const head = [...lines, `Host: localhost:${port}`, 'Connection: close', '', ''].join('\r\n')
  const block = Buffer.alloc(65_536, 'x')
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.write(head, 'latin1')
      let left = sent
      const more = () => {
        while (left > 0) {
          const piece = block.subarray(0, Math.min(left, block.length))
          left -= piece.length
          if (!socket.write(piece)) return void (left > 0 && socket.once('drain', more))
        }
      }
      more()
    })
    let [taken, begin] = [0, '']
    socket.on('data', chunk => {
      taken += chunk.length
      if (begin.length < 4096) begin += chunk.toString('latin1', 0, 4096)
    })
    socket.on('error', reject)
    socket.on('close', () => {
      const [answerHead = '', body = ''] = begin.split('\r\n\r\n')
      const right =
        expected === null
          ? body.trim() === String(sent)
          : taken === answerHead.length + 4 + expected
      if (answerHead.startsWith('HTTP/1.1 200') && right) resolve()
      else reject(new Error(`a transfer ended wrongly, nothing counts: ${answerHead.slice(0, 60)}`))
    })
  })
}
