// Answers whose end is the end of their connection. undici 7 ended the process when that came while the client was slow
// (nodejs/undici#5360), and took a reset for an end.
import { EventEmitter, once } from 'node:events'
import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import t, { type Test } from 'tap'
import { selfSigned } from './fixtures/certificate.js'
import {
  listening,
  type PassageOptions,
  rawClient,
  startPassage,
  tcpUpstream,
} from './fixtures/passage.js'

const body = 'x'.repeat(5000)
const head = (more: string) => `HTTP/1.1 200 OK\r\n${more}\r\n`

/** At once: resetAndDestroy would send a FIN first. */
function reset(socket: Socket): void {
  Object.assign(socket, { resetAndClosing: true })
  socket.destroy()
}

/** Who takes nothing more once the body has come: 'paused' is told of it. */
function slowClient(): EventEmitter & { before: NonNullable<PassageOptions['before']> } {
  const before = async (response: ServerResponse) => {
    const write = response.write.bind(response) as (chunk: unknown, encoding?: unknown) => boolean
    response.write = ((chunk: string | Buffer, encoding?: unknown) => {
      write(chunk, encoding)
      if (chunk.length === 0) return true
      setImmediate(() => client.emit('paused'))
      return false
    }) as typeof response.write
  }
  const client = Object.assign(new EventEmitter(), { before })
  return client
}

async function tlsUpstream(t: Test, serve: (socket: Socket) => void) {
  const certificate = selfSigned('localhost')
  const server = createTlsServer(certificate, socket => {
    socket.on('error', () => {})
    serve(socket)
  })
  const port = await listening(t, server)
  return { origin: `https://localhost:${port}`, tls: { ca: certificate.cert } }
}

/** What the client gets of an answer with these lines that ends in this way. */
async function got(
  t: Test,
  lines: string,
  end: (socket: Socket) => void,
  { isSlow, overTls = false }: { isSlow: boolean; overTls?: boolean },
): Promise<string> {
  const client = slowClient()
  // With the body, a reset would be taken for an end by libuv.
  const arrived = once(client, isSlow ? 'paused' : 'body')
  const serve = (socket: Socket) =>
    socket.once('data', async () => {
      socket.write(head(lines))
      await new Promise(resolve => socket.write(body, resolve))
      await arrived
      end(socket)
    })
  const access = overTls ? await tlsUpstream(t, serve) : { origin: await tcpUpstream(t, serve) }
  const { origin, ...options } = access
  const passage = await startPassage(t, origin, {
    ...options,
    ...(isSlow && { before: client.before }),
  })
  const raw = await rawClient(t, passage.port)
  raw.send('GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')
  if (!isSlow) {
    await raw.until(body)
    client.emit('body')
  }
  return raw.closed()
}

for (const overTls of [false, true]) {
  t.test(`the end comes while the client is slow${overTls ? ', over TLS' : ''}`, async t => {
    for (const lines of ['', `Content-Length: ${body.length}\r\nConnection: close\r\n`]) {
      const answer = await got(t, lines, socket => socket.end(), { isSlow: true, overTls })
      t.equal(answer.split('x').length - 1, body.length, 'all of it')
      t.equal(answer.endsWith('\r\n0\r\n\r\n'), lines === '', 'and its end')
    }
  })
}

t.test('a reset is no end, whether the client is slow or not', async t => {
  for (const isSlow of [true, false]) {
    const answer = await got(t, '', reset, { isSlow })
    t.match(answer, /^HTTP\/1.1 200/)
    t.notOk(answer.endsWith('\r\n0\r\n\r\n'), 'the client sees that it is not whole')
  }
})
