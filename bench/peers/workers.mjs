// An application with so many workers: each answers one request after a tenth of a second, others wait for a worker.
import { createServer } from 'node:http'

const [port, workers] = process.argv.slice(2).map(Number)
const workMs = 100
const waiting = []
let busy = 0

const server = createServer((_request, response) => {
  if (busy === workers) waiting.push(response)
  else work(response)
})

function work(response) {
  busy++
  setTimeout(() => {
    response.setHeader('content-length', 2)
    response.end('ok')
    busy--
    const next = waiting.shift()
    if (next !== undefined) work(next)
  }, workMs)
}

server.listen(port, '127.0.0.1')
