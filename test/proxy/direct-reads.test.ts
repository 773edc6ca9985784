import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import t, { type Test } from 'tap'
import { DirectReads } from '../../src/proxy/direct-reads.js'
import { listening, startPassage, tcpUpstream } from './fixtures/passage.js'

const pieceBytes = 64 * 1024

/** A connection whose reads are direct, and its other end. */
async function pair(t: Test): Promise<{ reader: Socket; sender: Socket }> {
  const server = createServer({ noDelay: true })
  const port = await listening(t, server)
  const reads = new DirectReads()
  const reader = connect({ port, onread: reads.onread })
  const connected = once(reader, 'connect').then(() => reads.serve(reader))
  const [sender] = (await once(server, 'connection')) as [Socket]
  await connected
  t.teardown(() => {
    reader.destroy()
    sender.destroy()
  })
  return { reader, sender }
}

/** Sends, and waits until it is there to be read. */
async function arrive({ reader, sender }: { reader: Socket; sender: Socket }, text: string) {
  const readable = once(reader, 'readable')
  sender.write(text)
  await readable
}

/** What is there, and leave for more to come, as undici takes it. */
function take(reader: Socket): Buffer {
  const piece = reader.read() as Buffer
  t.equal(reader.read(), null, 'nothing is given twice')
  return piece
}

t.test('what was read stays what it was, whatever other connections read', async t => {
  const [one, other] = [await pair(t), await pair(t)]
  await arrive(one, 'first')
  const kept = take(one.reader)
  await arrive(other, 'other')
  await arrive(one, 'again')
  t.equal(String(kept), 'first')
  t.equal(String(take(other.reader)), 'other')
  t.equal(String(take(one.reader)), 'again')
})

t.test('what is put back comes before what comes next', async t => {
  const both = await pair(t)
  await arrive(both, 'one two')
  both.reader.unshift(take(both.reader).subarray(4))
  await arrive(both, ' three')
  t.equal(String(take(both.reader)), 'two three')
  await arrive(both, ' five')
  both.reader.unshift(Buffer.from('four'))
  t.equal(String(take(both.reader)), 'four five')
  both.reader.unshift(Buffer.alloc(0))
  t.equal(both.reader.read(), null)
})

t.test('what nobody takes keeps the socket from reading more', async t => {
  const both = await pair(t)
  const total = 64 * 1024 * 1024
  const readable = once(both.reader, 'readable')
  both.sender.end(Buffer.alloc(total, 'x'))
  await readable
  const beside = await pair(t)
  for (let n = 0; n < 50; n++) {
    await arrive(beside, 'x')
    take(beside.reader)
  }
  t.ok(both.reader.bytesRead <= 2 * pieceBytes, `${both.reader.bytesRead} bytes were read`)
  let length = 0
  const ended = once(both.reader, 'end')
  const takeAll = () => {
    for (let piece = both.reader.read(); piece !== null; piece = both.reader.read())
      length += piece.length
  }
  both.reader.on('readable', takeAll)
  takeAll()
  await ended
  t.equal(length, total, 'all of it is there once somebody takes it, and then the end')
})

t.test('answers that wait for their clients at once are each their own', async t => {
  const length = 3 * 1024 * 1024
  const origin = await tcpUpstream(t, socket =>
    socket.once('data', head => {
      const [, letter = ''] = /^GET \/(.)/.exec(head.toString('latin1')) ?? []
      // Without a length: the answer ends with the connection.
      socket.write('HTTP/1.1 200 OK\r\n\r\n')
      socket.end(Buffer.alloc(length, letter))
    }),
  )
  const { url } = await startPassage(t, origin)
  const answers = await Promise.all([...'abcdefgh'].map(letter => fetch(`${url}/${letter}`)))
  const bodies = await Promise.all(answers.map(answer => answer.text()))
  t.strictSame(
    bodies.map(body => `${body.length} of ${[...new Set(body)].join('')}`),
    [...'abcdefgh'].map(letter => `${length} of ${letter}`),
  )
})
