// Two thousand clients that send the head of a request byte by byte (slowloris), against others who want a page.
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import t from 'tap'
import { request } from 'undici'
import { testGateway } from '../fixtures/gateway.js'
import { PlainBrowser } from '../fixtures/plain-browser.js'
import { signIn } from '../fixtures/sign-in.js'

const slow = 2000
const dripMs = 1000

t.test('2,000 sockets with slow heads: others are served, and the slow ones end', async t => {
  const { url, lines } = await testGateway(t, {
    settings: { limits: { connectionsPerAddress: 3000 } },
  })
  const browser = new PlainBrowser()
  await signIn(browser, `${url}/`)
  const cookie = browser.cookieHeader(url)
  const answers = new Map<Socket, string>()
  const sockets: Socket[] = []
  for (let n = 0; n < slow; n++) {
    const socket = connect(Number(new URL(url).port), 'localhost').on('error', () => {})
    socket.on('data', chunk => answers.set(socket, (answers.get(socket) ?? '') + chunk))
    socket.write('GET /public HTTP/1.1\r\nHost: localhost\r\nX-Slow: ')
    sockets.push(socket)
    if (n % 100 === 99) await once(socket, 'connect')
  }
  t.teardown(() => {
    for (const socket of sockets) socket.destroy()
  })
  const open = () => sockets.filter(({ closed }) => !closed)
  const drip = setInterval(() => {
    for (const socket of open()) socket.write('x')
  }, dripMs)
  t.teardown(() => clearInterval(drip))

  let served = 0
  const waits: number[] = []
  while (open().length > 0) {
    const begun = performance.now()
    const answer = await request(`${url}/x`, { headers: { cookie } })
    await answer.body.dump()
    t.equal(answer.statusCode, 200)
    waits.push(performance.now() - begun)
    served++
    await new Promise(resolve => setTimeout(resolve, 50))
  }
  t.ok(served > 50, `${served} served meanwhile`)
  waits.sort((a, b) => a - b)
  t.comment(
    `median ${waits[waits.length >> 1]?.toFixed(1)} ms, most ${waits.at(-1)?.toFixed(1)} ms`,
  )
  t.equal([...answers.values()].filter(text => text.startsWith('HTTP/1.1 408 ')).length, slow)
  t.ok(lines.some(line => line.includes('ERR_HTTP_REQUEST_TIMEOUT')))
})
