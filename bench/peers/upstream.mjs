// The application behind every server that is measured: as little work as HTTP allows, so that the one core
// it shares with the load is not the limit. `…/echo` answers with the request's head instead, `/bytes/N` with N bytes,
// `/upload` counts what it is sent, `/events` sends the time every 20 ms, and upgrades become an echo of frames.
import { createHash } from 'node:crypto'
import { createServer } from 'node:net'

const body = 'x'.repeat(1024)
const answer = `HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: ${body.length}\r\n\r\n${body}`
const end = Buffer.from('\r\n\r\n')
const block = Buffer.alloc(65_536, 'x')
const eventMs = 20

const server = createServer({ noDelay: true }, socket => {
  let rest = Buffer.alloc(0)
  socket.on('error', () => socket.destroy())
  const onData = chunk => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    for (let at = rest.indexOf(end); at !== -1; at = rest.indexOf(end)) {
      const head = rest.subarray(0, at)
      rest = rest.subarray(at + end.length)
      // The first line is enough for nearly every request.
      const target = head.subarray(0, head.indexOf(13)).toString('latin1').split(' ')[1]
      if (target === '/') socket.write(answer)
      else if (target.endsWith('/echo')) socket.write(echo(head))
      else if (target.startsWith('/bytes/')) sendBytes(socket, Number(target.slice(7)))
      else if (target === '/upload') {
        socket.off('data', onData)
        return takeUpload(socket, head, rest)
      } else if (target === '/events') sendEvents(socket)
      else if (target === '/socket') {
        socket.off('data', onData)
        return openSocket(socket, head)
      } else socket.write(answer)
    }
  }
  socket.on('data', onData)
})

function echo(head) {
  return `HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: ${head.length}\r\n\r\n${head.toString('latin1')}`
}

function sendBytes(socket, length) {
  socket.write(`HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: ${length}\r\n\r\n`)
  let left = length
  const more = () => {
    while (left > 0) {
      const piece = block.subarray(0, Math.min(left, block.length))
      left -= piece.length
      if (!socket.write(piece) && left > 0) return void socket.once('drain', more)
    }
  }
  more()
}

/** With Content-Length alone; ends the connection. */
function takeUpload(socket, head, first) {
  const length = Number(/content-length: (\d+)/i.exec(head.toString('latin1'))?.[1])
  let taken = 0
  const take = chunk => {
    taken += chunk.length
    if (taken < length) return
    const text = String(taken)
    socket.end(
      `HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: ${text.length}\r\n\r\n${text}`,
    )
  }
  socket.on('data', take)
  take(first)
}

function sendEvents(socket) {
  socket.write(
    'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n',
  )
  const timer = setInterval(() => {
    const event = `data: ${process.hrtime.bigint()}\n\n`
    socket.write(`${event.length.toString(16)}\r\n${event}\r\n`)
  }, eventMs)
  socket.on('close', () => clearInterval(timer))
}

function openSocket(socket, head) {
  const key = /sec-websocket-key: (\S+)/i.exec(head.toString('latin1'))?.[1]
  const accept = createHash('sha1')
    .update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
    .digest('base64')
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
  )
  let rest = Buffer.alloc(0)
  socket.on('data', chunk => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    // Text frames of up to 125 bytes, masked: RFC 6455 section 5.2.
    for (let size = frameSize(rest); size !== 0 && rest.length >= size; size = frameSize(rest)) {
      const frame = Buffer.from(rest.subarray(0, size))
      rest = rest.subarray(size)
      for (let at = 6; at < size; at++) frame[at] ^= frame[2 + ((at - 6) % 4)]
      socket.write(Buffer.concat([Buffer.of(0x81, size - 6), frame.subarray(6)]))
    }
  })
}

function frameSize(bytes) {
  return bytes.length < 2 ? 0 : 6 + (bytes[1] & 0x7f)
}

server.listen(Number(process.argv[2]), '127.0.0.1')
