// A bare node:http server with undici's dispatch: no framework, no login, everything forwarded.
import { createServer } from 'node:http'
import { Pool } from 'undici'

const [port, upstream] = process.argv.slice(2)
const pool = new Pool(upstream, { connections: 128, pipelining: 1 })
const hopByHop = new Set(['connection', 'keep-alive', 'transfer-encoding'])

createServer({ maxHeaderSize: 32_768 }, (request, response) => {
  pool.dispatch(
    { method: request.method, path: request.url, headers: withoutHops(request.rawHeaders) },
    {
      onConnect(abort) {
        // Else what a client left behind would keep a connection to the upstream for ever.
        response.on('close', () => {
          if (!response.writableFinished) abort()
        })
      },
      onHeaders(status, headers, resume) {
        response.on('drain', resume)
        response.writeHead(status, withoutHops(headers.map(header => header.toString('latin1'))))
        return true
      },
      onData: chunk => response.write(chunk),
      onComplete: () => response.end(),
      onError: () => response.destroy(),
    },
  )
}).listen(Number(port), '127.0.0.1')

function withoutHops(raw) {
  const kept = []
  for (let at = 0; at < raw.length; at += 2) {
    if (!hopByHop.has(raw[at].toLowerCase())) kept.push(raw[at], raw[at + 1])
  }
  return kept
}
