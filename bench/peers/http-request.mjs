// A proxy on node's own http.request and streams: no framework, no login.
import { Agent, createServer, request } from 'node:http'

const [port, upstream] = process.argv.slice(2)
const agent = new Agent({ keepAlive: true, maxSockets: 128 })

createServer({ maxHeaderSize: 32_768 }, (incoming, outgoing) => {
  const { method, url, headers } = incoming
  const onward = request(new URL(url, upstream), { method, headers, agent }, answer => {
    outgoing.writeHead(answer.statusCode, answer.headers)
    answer.pipe(outgoing)
  })
  onward.on('error', () => outgoing.destroy())
  outgoing.on('close', () => onward.destroy())
  incoming.pipe(onward)
}).listen(Number(port), '127.0.0.1')
