// Shows what it is asked, as the application of docker-compose.yml does.
import { createServer } from 'node:http'

createServer(({ method, url, rawHeaders }, response) => {
  const lines = [`${method} ${url} HTTP/1.1`]
  for (let at = 0; at < rawHeaders.length; at += 2) {
    lines.push(`${rawHeaders[at]}: ${rawHeaders[at + 1]}`)
  }
  response.setHeader('content-type', 'text/plain; charset=utf-8')
  response.end(`${lines.join('\n')}\n`)
}).listen(Number(process.env.WHOAMI_PORT_NUMBER))
process.on('SIGTERM', () => process.exit(0))
