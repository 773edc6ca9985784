import { execFile } from 'node:child_process'
import { createServer as createTlsServer } from 'node:https'
import { createServer as createTcpServer, type Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import t, { type Test } from 'tap'
import { createUpstreams } from '../../src/proxy/upstreams.js'
import { selfSigned, type TestCertificate } from './fixtures/certificate.js'
import {
  exchange,
  httpUpstream,
  listening,
  rawClient,
  startPassage,
  tcpUpstream,
} from './fixtures/passage.js'

async function tlsUpstream(t: Test, { cert, key }: TestCertificate) {
  const seen: { servername: unknown; host: unknown }[] = []
  const server = createTlsServer({ cert, key }, (request, response) => {
    const { servername } = request.socket as TLSSocket & { servername: unknown }
    seen.push({ servername, host: request.headers.host })
    response.end('ok')
  })
  const port = await listening(t, server)
  t.teardown(() => server.closeAllConnections())
  return { port, seen }
}

t.test('routes that reach an application in the same way share a pool, others do not', async t => {
  const upstreams = createUpstreams()
  t.teardown(() => upstreams.close())
  const first = upstreams.open('https://a.example')
  t.equal(upstreams.open('https://a.example'), first)
  t.not(upstreams.open('https://b.example'), first)
  t.not(upstreams.open('https://a.example', { connectTimeoutMs: 1 }), first)
  const named = upstreams.open('https://a.example', { tls: { serverName: 'b.example' } })
  t.not(named, first)
  t.equal(upstreams.open('https://a.example', { tls: { serverName: 'b.example' } }), named)
})

t.test('the certificate is checked, and against the name of the upstream', async t => {
  const right = selfSigned('localhost', [127, 0, 0, 1])
  const wrong = selfSigned('public.example')
  const rows: [string, TestCertificate, string, string | undefined, string | null][] = [
    ['trusted, by name', right, 'localhost', right.cert, null],
    ['trusted, by address', right, '127.0.0.1', right.cert, null],
    ['not trusted', right, 'localhost', undefined, 'DEPTH_ZERO_SELF_SIGNED_CERT'],
    [
      "trusted, for the gateway's name",
      wrong,
      'localhost',
      wrong.cert,
      'ERR_TLS_CERT_ALTNAME_INVALID',
    ],
    [
      'trusted, not for the address',
      wrong,
      '127.0.0.1',
      wrong.cert,
      'ERR_TLS_CERT_ALTNAME_INVALID',
    ],
  ]
  for (const [name, certificate, host, ca, cause] of rows) {
    const { port, seen } = await tlsUpstream(t, certificate)
    const origin = `https://${host}:${port}`
    const passage = await startPassage(t, origin, ca === undefined ? {} : { tls: { ca } })
    const answer = await fetch(passage.url)
    if (cause === null) {
      t.equal(answer.status, 200, name)
      const servername = host === 'localhost' ? host : false
      t.strictSame(seen, [{ servername, host: 'public.example' }], 'SNI is the upstream, Host ours')
    } else {
      t.equal(answer.status, 502, name)
      t.equal(await answer.text(), 'GW_ERR_UPSTREAM_UNREACHABLE')
      t.match(passage.failures[0]?.cause, { code: cause })
      t.strictSame(seen, [], 'nothing was sent')
    }
  }
})

t.test(
  'a client certificate is shown, and the certificate is for the name that is said',
  async t => {
    const [application, gateway] = [selfSigned('app.internal'), selfSigned('gateway')]
    const seen: unknown[] = []
    const server = createTlsServer(
      { ...application, ca: gateway.cert, requestCert: true, rejectUnauthorized: true },
      (request, response) => {
        seen.push((request.socket as TLSSocket & { servername: unknown }).servername)
        response.end('ok')
      },
    )
    const port = await listening(t, server)
    t.teardown(() => server.closeAllConnections())
    const origin = `https://127.0.0.1:${port}`
    const right = { ca: application.cert, ...gateway, serverName: 'app.internal' }
    const rows: [string, object, number][] = [
      ['all of it', right, 200],
      ['no certificate of ours', { ca: right.ca, serverName: right.serverName }, 502],
      ['a certificate of ours that is not known', { ...right, ...selfSigned('gateway') }, 502],
      ['another name', { ...right, serverName: 'other.internal' }, 502],
      ['another authority', { ...right, ca: gateway.cert }, 502],
    ]
    for (const [name, tls, status] of rows) {
      const { url } = await startPassage(t, origin, { tls })
      t.equal((await fetch(url)).status, status, name)
    }
    t.strictSame(seen, ['app.internal'], 'only the right one was asked')
  },
)

t.test('a host that does not take connections costs no more than the limit for them', async t => {
  const server = createTcpServer()
  const port = await listening(t, server)
  const passage = await startPassage(t, `https://127.0.0.1:${port}`, { connectTimeoutMs: 50 })
  t.equal((await fetch(passage.url)).status, 504, 'TLS is never spoken')
  t.match(passage.failures[0], { code: 'GW_ERR_UPSTREAM_TIMEOUT' })
})

t.test('NODE_TLS_REJECT_UNAUTHORIZED=0 does not switch the check off', async t => {
  process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0'
  t.teardown(() => delete process.env.NODE_TLS_REJECT_UNAUTHORIZED)
  const { port } = await tlsUpstream(t, selfSigned('localhost'))
  const { url } = await startPassage(t, `https://localhost:${port}`)
  t.equal((await fetch(url)).status, 502)
})

t.test('one connection serves hosts of several names one after the other', async t => {
  const certificate = selfSigned('localhost')
  const sockets = new Set<unknown>()
  const server = createTlsServer(certificate, (request, response) => {
    sockets.add(request.socket)
    response.end('ok')
  })
  const port = await listening(t, server)
  t.teardown(() => server.closeAllConnections())
  const names = ['a.example', 'b.example', 'a.example']
  const own = {
    get forwarding() {
      return ['Host', names.shift() ?? 'c.example']
    },
  }
  const { url } = await startPassage(t, `https://localhost:${port}`, {
    tls: { ca: certificate.cert },
    own,
  })
  for (let n = 0; n < 3; n++) t.equal(await (await fetch(url)).text(), 'ok')
  t.equal(sockets.size, 1)
})

t.test('bytes that nobody asked for are the answer to nobody', async t => {
  // GHSA-35p6-xmwp-9g52: a second answer on an idle connection went to whoever came next.
  const good = 'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ngood'
  const evil = 'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil'
  for (const [name, misbehave] of [
    ['with the answer', (socket: Socket) => void socket.write(good + evil)],
    [
      'after the answer',
      (socket: Socket) => void socket.write(good, () => setImmediate(() => socket.write(evil))),
    ],
  ] as const) {
    const sockets: Socket[] = []
    const origin = await tcpUpstream(t, socket => {
      sockets.push(socket)
      const isFirst = sockets.length === 1
      socket.once('data', () => (isFirst ? misbehave(socket) : socket.write(good)))
    })
    const { port } = await startPassage(t, origin)
    const client = await rawClient(t, port)
    client.send('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
    await client.until('good')
    const [first] = sockets
    if (first?.closed === false) await new Promise(resolve => first.once('close', resolve))
    client.send('GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')
    const received = await client.closed()
    t.notMatch(received, 'evil', name)
    t.equal(received.match(/good/g)?.length, 2, name)
    t.equal(sockets.length, 2, 'on another connection')
  }
})

t.test('beyond the bounds the answer is 503, and who waits too long gets it as well', async t => {
  const held: Socket[] = []
  const origin = await tcpUpstream(t, socket => socket.once('data', () => held.push(socket)))
  const limits = { maxConnections: 1, maxInFlight: 2, maxWaitMs: 50 }
  const { port, upstream, failures } = await startPassage(t, origin, limits)
  const first = await rawClient(t, port)
  first.send('GET /1 HTTP/1.1\r\nHost: x\r\n\r\n')
  const waiting = exchange(t, port, 'GET /2 HTTP/1.1')
  while (upstream.inFlight < 2) await new Promise(resolve => setImmediate(resolve))
  const beyond = await exchange(t, port, 'GET /3 HTTP/1.1')
  t.match(beyond, /^HTTP\/1\.1 503 .*GW_ERR_UPSTREAM_BUSY$/s)
  t.equal(upstream.inFlight, 2)
  t.match(await waiting, /^HTTP\/1\.1 503 .*GW_ERR_UPSTREAM_BUSY$/s)
  t.equal(failures[0]?.retryAfterSeconds, 1)
  t.equal(upstream.inFlight, 2, 'what undici still holds counts')
  held[0]?.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')
  await first.until('ok')
  const next = exchange(t, port, 'GET /4 HTTP/1.1')
  while (held.length < 2) await new Promise(resolve => setImmediate(resolve))
  held[1]?.write('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nnext')
  t.match(await next, /next$/)
  t.equal(upstream.inFlight, 0)
})

t.test('a client that leaves while it waits is not sent to the upstream', async t => {
  const paths: string[] = []
  const held: Socket[] = []
  const origin = await tcpUpstream(t, socket =>
    socket.on('data', chunk => {
      paths.push(String(chunk).split(' ')[1] ?? '')
      held.push(socket)
    }),
  )
  const { port, upstream } = await startPassage(t, origin, { maxConnections: 1 })
  const first = await rawClient(t, port)
  first.send('GET /1 HTTP/1.1\r\nHost: x\r\n\r\n')
  while (held.length < 1) await new Promise(resolve => setImmediate(resolve))
  const second = await rawClient(t, port)
  second.send('GET /2 HTTP/1.1\r\nHost: x\r\n\r\n')
  while (upstream.inFlight < 2) await new Promise(resolve => setImmediate(resolve))
  second.socket.destroy()
  const third = await rawClient(t, port)
  third.send('GET /3 HTTP/1.1\r\nHost: x\r\n\r\n')
  while (upstream.inFlight < 3) await new Promise(resolve => setImmediate(resolve))
  held[0]?.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n')
  while (held.length < 2) await new Promise(resolve => setImmediate(resolve))
  held[1]?.write('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nthird')
  await third.until('third')
  t.strictSame(paths, ['/1', '/3'])
  t.equal(upstream.inFlight, 0)
})

t.test('closing waits for what is under way', async t => {
  let finish = () => {}
  const origin = await httpUpstream(t, (_request, response) => {
    response.write('begin ')
    finish = () => void response.end('end')
  })
  const { port, upstream } = await startPassage(t, origin)
  const client = await rawClient(t, port)
  client.send('GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')
  await client.until('begin ')
  const closed = upstream.pool.close()
  finish()
  await closed
  t.match(await client.closed(), 'end')
  t.equal(upstream.inFlight, 0)
  const after = await exchange(t, port, 'GET / HTTP/1.1')
  t.match(after, 'GW_ERR_UPSTREAM_UNREACHABLE')
})

t.test('who waits for an answer and for nothing else gets it before the process ends', async t => {
  const origin = await httpUpstream(t, (_request, response) => {
    setImmediate(() => response.end('ok'))
  })
  const script = fileURLToPath(new URL('fixtures/ask-upstream.ts', import.meta.url))
  const asked = promisify(execFile)(process.execPath, ['--import=tsx', script, origin])
  t.equal((await asked).stdout, '200')
})
