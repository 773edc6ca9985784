// SIGHUP, seen by those who are in the middle of something, and by those who come next.
import { once } from 'node:events'
import { readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import {
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import t, { type Test } from 'tap'
import { Agent, request } from 'undici'
import { serve } from '../../src/cli/serve.js'
import type { SettingTree } from '../../src/lib/setting-sources.js'
import { createLog } from '../../src/log.js'
import { gatewayProcess, slowApplication } from '../fixtures/gateway-process.js'
import { PlainBrowser } from '../fixtures/plain-browser.js'
import { rotatingPool } from '../fixtures/rotating-pool.js'
import { signIn } from '../fixtures/sign-in.js'

const refused = 'settings were refused; the old ones serve on'

async function statusOf(url: string, agent?: Agent): Promise<number> {
  const answer = await request(url, agent && { dispatcher: agent })
  await answer.body.dump()
  return answer.statusCode
}

/** Asks all the time; gives what was answered, and what was not. */
function keepAsking(t: Test, url: string) {
  const seen: (number | string)[] = []
  const agent = new Agent({ connections: 4, pipelining: 1 })
  t.teardown(() => agent.destroy())
  let running = true
  const done = Promise.all(
    [1, 2, 3, 4].map(async () => {
      while (running) {
        seen.push(await statusOf(url, agent).catch((error: Error) => error.message))
      }
    }),
  )
  return {
    seen,
    async stop() {
      running = false
      await done
    },
  }
}

t.test('new settings from the next request on, and nothing is lost', async t => {
  const upstream = await slowApplication(t)
  const routes = (open: string) => ({
    routes: [
      { path: '/new', access: open, upstream },
      { path: '/', access: 'public', upstream },
    ],
  })
  const gateway = await gatewayProcess(t, { settings: routes('deny') })
  const { url, adminUrl } = gateway
  t.equal(await statusOf(`${url}/new`), 403)

  const load = keepAsking(t, `${url}/page`)
  const upload = httpRequest(`${url}/upload`, { method: 'POST' })
  upload.write('a'.repeat(1000))
  const uploaded = once(upload, 'response') as Promise<[IncomingMessage]>
  const events = await request(`${url}/events`)
  const heard = events.body.text()
  const socket = connect(gateway.port, '127.0.0.1')
  const asked =
    'GET /live HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n'
  socket.write(
    `${asked}Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`,
  )
  const received: Buffer[] = []
  socket.on('data', (chunk: Buffer) => received.push(chunk))
  await once(socket, 'data')
  const closed = once(socket, 'end')

  for (const open of ['public', 'deny', 'public']) {
    gateway.write(routes(open))
    const before = gateway.lines.filter(({ msg }) => msg === 'settings were loaded').length
    gateway.process.kill('SIGHUP')
    await gateway.line('settings were loaded', before)
    t.equal(await statusOf(`${url}/new`), open === 'public' ? 200 : 403, open)
  }

  await closed
  const all = Buffer.concat(received)
  const frame = all.subarray(all.indexOf('\r\n\r\n') + 4)
  t.equal(frame[0], 0x88, 'a WebSocket is told')
  t.equal(frame.readUInt16BE(2), 1001, 'to connect again')
  t.equal(await heard, 'data: one\n\n', 'an event stream ends as if its application ended it')
  upload.end('b'.repeat(1000))
  const [answer] = await uploaded
  t.equal(String((await answer.toArray())[0]), '2000', 'an upload goes on as it began')

  await load.stop()
  t.strictSame([...new Set(load.seen)], [200], `${load.seen.length} requests meanwhile`)
  const metrics = await request(`${adminUrl}/metrics`).then(({ body }) => body.text())
  const [, counted] = /decisions_total\{route="\/",decision="allow"\} (\d+)/.exec(metrics) ?? []
  t.ok(Number(counted) >= load.seen.length, 'counts go on')
  gateway.process.kill('SIGTERM')
  gateway.process.kill('SIGTERM')
  await gateway.ended
})

t.test('wrong settings are refused whole, once, and the old ones serve on', async t => {
  const upstream = await slowApplication(t)
  const gateway = await gatewayProcess(t, {
    settings: { routes: [{ path: '/', access: 'public', upstream }], shutdown: { delay: '0s' } },
  })
  const { url } = gateway
  const hangUp = async (settings: SettingTree | string, sentence: string) => {
    gateway.write(settings)
    const before = gateway.lines.filter(({ msg }) => msg === sentence).length
    gateway.process.kill('SIGHUP')
    return gateway.line(sentence, before)
  }

  const both = await hangUp({ routes: [], session: { idle: 'soon' }, mood: 1 }, refused)
  t.equal((both.complaints as string[]).length, 2, 'every complaint in one line')
  t.match(both.complaints, [/session\.idle/, /mood/])
  t.equal(await statusOf(`${url}/page`), 200)

  const broken = await hangUp('routes: [', refused)
  t.match(broken.complaints, [/gateway\.yaml/])

  t.match(
    (
      await hangUp(
        { listen: { port: 1 }, log: { level: 'warn' } },
        'settings that wait for a restart',
      )
    ).settings,
    ['listen.port'],
  )
  t.equal(await statusOf(`${url}/page`), 200)
  gateway.process.kill('SIGTERM')
  t.strictSame(await gateway.ended, [0, null])
})

// What a reload said good-bye to was counted once: an event stream whose head came later kept the services of the settings
// before for as long as it lived.
t.test('an event stream that begins after the good-bye is told as well', async t => {
  const application = createServer()
  application.listen(0, '127.0.0.1')
  await once(application, 'listening')
  t.teardown(() => application.close())
  const upstream = `http://127.0.0.1:${(application.address() as AddressInfo).port}`
  const routes = (more: object[]) => ({
    routes: [...more, { path: '/', access: 'public', upstream }],
  })
  const gateway = await gatewayProcess(t, { settings: routes([]) })
  const asked = once(application, 'request') as Promise<[IncomingMessage, ServerResponse]>
  const answer = request(`${gateway.url}/events`)
  const [, late] = await asked
  gateway.write(routes([{ path: '/new', access: 'deny' }]))
  gateway.process.kill('SIGHUP')
  await gateway.line('settings were loaded')
  late.writeHead(200, { 'content-type': 'text/event-stream' })
  late.write('data: one\n\n')
  const left = once(late, 'close')
  t.match(
    await (await answer).body.text(),
    /^(?:data: one\n\n)?$/,
    'it ends as if its application ended it',
  )
  await left
})

t.test(
  'logrotate: the audit goes on in the new file after a SIGHUP that changes nothing',
  async t => {
    const folder = t.testdir()
    const audit = `${folder}/audit.log`
    const gateway = await gatewayProcess(t, {
      settings: { routes: [{ path: '/', access: 'deny' }], log: { audit } },
    })
    const refusal = () => statusOf(`${gateway.url}/oauth2/callback?error=access_denied&state=x`)
    const events = (file: string) =>
      readFileSync(file, 'utf8')
        .trim()
        .split('\n')
        .map(line => JSON.parse(line).event)
    await refusal()
    renameSync(audit, `${audit}.1`)
    writeFileSync(audit, '', { mode: 0o600 })
    await refusal()
    gateway.process.kill('SIGHUP')
    await gateway.line('settings are as before')
    await refusal()
    t.strictSame(events(`${audit}.1`), ['settings_loaded', 'sign_in_refused', 'sign_in_refused'])
    t.strictSame(events(audit), ['sign_in_refused'])
    t.equal(statSync(audit).mode & 0o777, 0o600, 'as logrotate made it')

    renameSync(audit, `${audit}.2`)
    gateway.write('routes: [')
    gateway.process.kill('SIGHUP')
    await gateway.line(refused)
    await refusal()
    t.strictSame(events(audit), ['sign_in_refused'], 'also where the settings are refused')
  },
)

t.test('sessions, and what has ended, outlive a reload', async t => {
  const { url, configWith } = await rotatingPool(t)
  const log = createLog({ level: 'silent' })
  const gateway = await serve(configWith({}), log)
  t.teardown(() => gateway.close())

  const [jane, admin] = [new PlainBrowser(), new PlainBrowser()]
  await signIn(jane, `${url}/`)
  await signIn(admin, `${url}/`, 'admin')
  const copied = admin.cookieHeader(url)
  await admin.visit(`${url}/oauth2/sign_out`)
  const probe = (cookie: string) =>
    new PlainBrowser().fetch(`${url}/page`, { cookie }).then(({ status }) => status)
  t.equal(await probe(copied), 401)

  await gateway.reload(configWith({ session: { idle: '1h' } }))
  t.equal((await jane.visit(`${url}/page`)).status, 200, 'who was signed in stays so')
  t.equal(await probe(copied), 401, 'who has signed out as well')

  const cookie = jane.cookieHeader(url)
  while (jane.cookieHeader(url) === cookie) await jane.visit(`${url}/page`)
  await gateway.reload(configWith({ session: { idle: '2h' } }))
  t.equal(await probe(cookie), 200, 'a straggler shows the cookie from before the refresh')
  const { status } = await jane.visit(`${url}/page`)
  t.equal(status, 200, 'its refresh token, which is dead, was not shown to Cognito')

  const other = 'http://localhost:9/us-east-1_Other0001'
  await t.rejects(
    gateway.reload(configWith({ cognito: { issuer: other, userPoolId: 'us-east-1_Other0001' } })),
    /keys cannot be had/,
  )
  t.equal((await jane.visit(`${url}/page`)).status, 200, 'a pool without keys is refused')
})
