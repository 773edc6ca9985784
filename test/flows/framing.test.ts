// What two servers could read differently is no request: nothing is decided on it, and the connection ends.
import { once } from 'node:events'
import { connect } from 'node:net'
import t from 'tap'
import { testGateway } from '../fixtures/gateway.js'

const body = '1\r\nx\r\n0\r\n\r\n'
const smuggled = 'GET /public/smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n'

const refused: [why: string, line: string, header: string][] = [
  ['a list', 'HTTP/1.1', 'Transfer-Encoding: ,chunked'],
  ['twice', 'HTTP/1.1', 'Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked'],
  ['under another coding', 'HTTP/1.1', 'Transfer-Encoding: gzip, chunked'],
  ['in HTTP/1.0', 'HTTP/1.0', 'Connection: keep-alive\r\nTransfer-Encoding: chunked'],
  ['edged', 'HTTP/1.1', 'Transfer-Encoding: chunked\xa0'],
  ['beside a length', 'HTTP/1.1', 'Transfer-Encoding: chunked\r\nContent-Length: 1'],
  ['two lengths', 'HTTP/1.1', 'Content-Length: 11\r\nContent-Length: 12'],
  ['two equal lengths', 'HTTP/1.1', 'Content-Length: 11\r\nContent-Length: 11'],
  ['a list of lengths', 'HTTP/1.1', 'Content-Length: 11, 11'],
  ['a signed length', 'HTTP/1.1', 'Content-Length: +11'],
  ['a space before the colon', 'HTTP/1.1', 'Transfer-Encoding : chunked'],
  ['two hosts', 'HTTP/1.1', 'Host: localhost\r\nTransfer-Encoding: chunked'],
  ['two hosts, another case', 'HTTP/1.1', 'hOST: evil.example\r\nTransfer-Encoding: chunked'],
]

t.test(
  'odd framing and a second Host are refused, before the application and our own pages',
  async t => {
    const { url, upstream } = await testGateway(t)
    for (const path of ['/public/x', '/oauth2/sign_out']) {
      for (const [why, version, header] of refused) {
        const received = await send(
          url,
          `POST ${path} ${version}\r\nHost: localhost\r\n${header}\r\n\r\n${body}${smuggled}`,
        )
        t.match(received, /^HTTP\/1\.1 400 /, `${path}: ${why}`)
        t.equal(received.match(/HTTP\/1\.1 /g)?.length, 1, `${path}: ${why}: one answer`)
      }
    }
    t.strictSame(upstream.seen, [], 'nothing was forwarded')
  },
)

t.test('HTTP is 1.1 or 1.0, and 1.1 names its host', async t => {
  const { url, upstream, lines } = await testGateway(t)
  const rows: [string, number, string][] = [
    ['GET /public HTTP/2.0\r\nHost: localhost', 400, 'GW_ERR_REQUEST_INVALID'],
    ['GET /public HTTP/1.2\r\nHost: localhost', 400, 'GW_ERR_REQUEST_INVALID'],
    ['GET /public HTTP/1.1\r\nX: y', 400, 'GW_ERR_REQUEST_INVALID'],
    ['GET /oauth2/ping HTTP/1.1\r\nX: y', 400, 'GW_ERR_REQUEST_INVALID'],
    ['GET /public HTTP/1.0\r\nX: y', 421, 'GW_ERR_HOST_UNKNOWN'],
    ['GET /public HTTP/0.9\r\nHost: localhost', 400, 'GW_ERR_REQUEST_INVALID'],
    ['GET /public', 400, 'GW_ERR_REQUEST_INVALID'],
  ]
  for (const [head, status, code] of rows) {
    lines.length = 0
    const received = await send(url, `${head}\r\nConnection: close\r\n\r\n`)
    t.equal(Number(received.slice(9, 12)), status, head)
    t.match(received, code, head)
    t.ok(
      lines.some(line => line.includes(code)),
      `${head}: and in the log`,
    )
  }
  t.strictSame(upstream.seen, [])
  const old = await send(url, 'GET /public HTTP/1.0\r\nHost: localhost\r\n\r\n')
  t.match(old, /^HTTP\/1\.1 200 /)
})

t.test('a body whose framing breaks is in the log, and the connection ends', async t => {
  const { url, lines } = await testGateway(t)
  const head = 'POST /public/x HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n'
  for (const broken of ['0x1\r\nx\r\n0\r\n\r\n', '1\nx\r\n0\r\n\r\n', '2\r\nxyz\r\n0\r\n\r\n']) {
    lines.length = 0
    await send(url, head + broken)
    t.match(
      lines.filter(line => line.includes('GW_ERR_REQUEST_INVALID')),
      [/"reason":"HPE_/],
      JSON.stringify(broken),
    )
  }
})

t.test('ordinary framing passes', async t => {
  const { url, upstream } = await testGateway(t)
  for (const header of ['Transfer-Encoding: chunked', 'Transfer-Encoding: Chunked']) {
    const head = `POST /public/x HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n${header}`
    t.match(await send(url, `${head}\r\n\r\n${body}`), /^HTTP\/1\.1 200 /, header)
  }
  t.equal(upstream.seen.length, 2)
})

/** Everything that comes back until the gateway closes the connection. */
async function send(url: string, bytes: string): Promise<string> {
  const socket = connect(Number(new URL(url).port), 'localhost')
  let received = ''
  socket.on('data', chunk => {
    received += chunk.toString('latin1')
  })
  socket.on('error', () => {})
  socket.write(bytes, 'latin1')
  await once(socket, 'close')
  return received
}
