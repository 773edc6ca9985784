// Answers that never end: passed on byte for byte as they come, by the thousand, and let go when either side does.
import { once } from 'node:events'
import { type IncomingMessage, request, type ServerResponse } from 'node:http'
import t from 'tap'
import { testGateway } from '../fixtures/gateway.js'
import { PlainBrowser } from '../fixtures/plain-browser.js'
import { signIn } from '../fixtures/sign-in.js'

/** Opens an event stream; resolves with its answer when the head is there. */
async function open(url: string, headers: Record<string, string> = {}): Promise<IncomingMessage> {
  const asked = request(url, { headers: { accept: 'text/event-stream', ...headers }, agent: false })
  asked.on('error', () => {})
  asked.end()
  const [answer] = (await once(asked, 'response')) as [IncomingMessage]
  answer.on('error', () => {})
  return answer
}

t.test('an event arrives when it is sent, and not when there are more', async t => {
  const { url, upstream } = await testGateway(t)
  let stream: ServerResponse | undefined
  upstream.answer = (_request, response) => {
    stream = response
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write('data: one\n\n')
  }
  const answer = await open(`${url}/public/events`)
  t.equal(answer.headers['content-type'], 'text/event-stream')
  for (const event of ['data: one\n\n', 'data: 둘\n\n', ': \n\n']) {
    if (event !== 'data: one\n\n') stream?.write(event)
    const [chunk] = (await once(answer, 'data')) as [Buffer]
    t.equal(String(chunk), event)
  }
  answer.destroy()
})

t.test('1,000 open event streams, each its own, and none is left behind', async t => {
  const { url, upstream } = await testGateway(t)
  const streams = new Map<string, ServerResponse>()
  let closed = 0
  let onClosed = () => {}
  upstream.answer = ({ url: path = '' }, response) => {
    streams.set(path, response)
    response.on('close', () => {
      closed++
      onClosed()
    })
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.flushHeaders()
  }
  const paths = Array.from({ length: 1000 }, (_, n) => `/public/events/${n}`)
  const answers: IncomingMessage[] = []
  for (let at = 0; at < paths.length; at += 50) {
    const some = paths.slice(at, at + 50)
    answers.push(...(await Promise.all(some.map(path => open(url + path)))))
  }
  t.equal(streams.size, 1000)
  const events = answers.map(async answer => String((await once(answer, 'data'))[0]))
  for (const [path, stream] of streams) stream.write(`data: ${path}\n\n`)
  t.strictSame(
    await Promise.all(events),
    paths.map(path => `data: ${path}\n\n`),
  )
  const allClosed = new Promise<void>(resolve => {
    onClosed = () => {
      if (closed === 1000) resolve()
    }
  })
  for (const answer of answers) answer.destroy()
  await allClosed
  t.pass('every stream of the application is closed')
})

t.test('a stream that begins at once carries the refreshed session in its head', async t => {
  const { url, upstream, emulator, clock } = await testGateway(t, {
    client: { idTokenSeconds: 300, accessTokenSeconds: 300 },
  })
  const browser = new PlainBrowser()
  await signIn(browser, `${url}/`)
  upstream.answer = (_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write('data: now\n\n')
  }
  clock.offsetSeconds = 240
  emulator.faults.clockOffsetSeconds = 240
  const answer = await open(`${url}/events`, { cookie: browser.cookieHeader(url) })
  t.equal(answer.statusCode, 200)
  t.match(answer.headers['set-cookie']?.join(), 'cgw-session=')
  t.equal(answer.headers['cache-control'], 'no-store')
  answer.destroy()
})

t.test('an application that breaks off is seen to: the answer is not whole', async t => {
  const { url, upstream } = await testGateway(t)
  upstream.answer = (_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write('data: half', () => response.destroy())
  }
  const answer = await open(`${url}/public/events`)
  answer.resume()
  await new Promise(resolve => answer.on('close', resolve))
  t.equal(answer.complete, false)
})
