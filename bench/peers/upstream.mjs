// The application behind every server that is measured: as little work as HTTP allows, so that the one core
// it shares with the load is not the limit. `/echo` answers with the request's head instead.
import { createServer } from 'node:net'

const body = 'x'.repeat(1024)
const answer = `HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: ${body.length}\r\n\r\n${body}`
const end = Buffer.from('\r\n\r\n')

const server = createServer({ noDelay: true }, socket => {
  let rest = Buffer.alloc(0)
  socket.on('error', () => socket.destroy())
  socket.on('data', chunk => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    for (let at = rest.indexOf(end); at !== -1; at = rest.indexOf(end)) {
      const head = rest.subarray(0, at)
      rest = rest.subarray(at + end.length)
      socket.write(head.subarray(0, 10).includes('/echo') ? echo(head) : answer)
    }
  })
})

function echo(head) {
  return `HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: ${head.length}\r\n\r\n${head.toString('latin1')}`
}

server.listen(Number(process.argv[2]), '127.0.0.1')
