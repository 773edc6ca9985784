// TLS of the gateway's own: certificates that change, and those that must not be taken.
import { execFileSync } from 'node:child_process'
import { createPrivateKey } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect, type PeerCertificate, type TLSSocket } from 'node:tls'
import t, { type Test } from 'tap'
import { Agent, request } from 'undici'
import { complaintOfPair } from '../../src/lib/certificate.js'
import { gatewayProcess } from '../fixtures/gateway-process.js'
import { selfSigned } from '../fixtures/tls-front.js'
import { socketUpstream } from '../fixtures/websocket.js'

const hello = [
  'GET /live HTTP/1.1',
  'Host: localhost',
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
  '\r\n',
].join('\r\n')

/** A test has one folder of tap's, which the gateway's settings take. */
function ownFolder(t: Test): string {
  const folder = mkdtempSync(join(tmpdir(), 'tls-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  return folder
}

function place(folder: string, files: Readonly<Record<string, string | Buffer>>): void {
  for (const [name, content] of Object.entries(files)) {
    writeFileSync(`${folder}/${name}.new`, content)
    renameSync(`${folder}/${name}.new`, `${folder}/${name}`)
  }
}

/** Those of all tests. */
const sockets: TLSSocket[] = []

async function shake(port: number, options: object = {}): Promise<TLSSocket> {
  const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false, ...options })
  sockets.push(socket)
  await once(socket, 'secureConnect')
  return socket
}

async function serialAt(port: number): Promise<string> {
  const socket = await shake(port)
  const { serialNumber }: PeerCertificate = socket.getPeerCertificate()
  socket.destroy()
  return serialNumber
}

t.test('https, WebSockets over it, and certificates that change', async t => {
  const [first, second, third] = [selfSigned(t), selfSigned(t), selfSigned(t)]
  const upstream = await socketUpstream(t)
  const folder = ownFolder(t)
  const settings = {
    shutdown: { delay: '0s' },
    tls: { cert: `${folder}/tls.crt`, key: `${folder}/tls.key`, hsts: '365d' },
    routes: [
      { path: '/closed', access: 'deny' },
      { path: '/away', access: 'public', upstream: 'http://127.0.0.1:9' },
      { path: '/', access: 'public', upstream: upstream.origin },
    ],
  }
  place(folder, { 'tls.crt': first.cert, 'tls.key': first.key })
  const gateway = await gatewayProcess(t, { scheme: 'https', settings })
  const { port, url } = gateway
  const agent = new Agent({ connect: { ca: first.cert } })
  t.teardown(() => agent.destroy())
  for (const [path, status] of [
    ['/page', 200],
    ['/closed', 403],
    ['/away', 502],
  ] as const) {
    const answer = await request(`${url}${path}`, { dispatcher: agent })
    await answer.body.dump()
    t.equal(answer.statusCode, status, path)
    t.equal(answer.headers['strict-transport-security'], 'max-age=31536000', path)
  }
  for (const head of [
    'GET / HTTP/1.1\r\nno header\r\n\r\n',
    'CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n',
  ]) {
    const broken = await shake(port)
    broken.write(head)
    const [answer] = await once(broken, 'data')
    t.match(
      String(answer),
      /^HTTP\/1\.1 40[05] .*\r\nstrict-transport-security: max-age=31536000\r\n/s,
    )
  }
  t.equal((await shake(port)).getProtocol(), 'TLSv1.3')
  t.equal((await shake(port, { maxVersion: 'TLSv1.2' })).getProtocol(), 'TLSv1.2')
  const old = { maxVersion: 'TLSv1.1', minVersion: 'TLSv1', ciphers: 'DEFAULT@SECLEVEL=0' }
  await t.rejects(shake(port, old), { code: /ERR_SSL/ })
  const h2 = await shake(port, { ALPNProtocols: ['h2', 'http/1.1'] })
  t.equal(h2.alpnProtocol, 'http/1.1')

  const live = await shake(port)
  live.write(hello)
  t.match(String((await once(live, 'data'))[0]), /^HTTP\/1\.1 101 /)
  // A request without upgrade that says it wanted one goes through Node's parser once more.
  const odd = await shake(port)
  odd.write('GET /page HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n')
  t.match(String((await once(odd, 'data'))[0]), /^HTTP\/1\.1 200 /)

  const before = await serialAt(port)
  place(folder, { 'tls.key': second.key, 'tls.crt': second.cert })
  await gateway.line('a new certificate is presented')
  t.not(await serialAt(port), before)
  t.notOk(live.destroyed, 'connections that are there stay')

  const kept = await serialAt(port)
  place(folder, { 'tls.key': third.key })
  const refused = await gateway.line('a new certificate was refused; the old one serves on')
  t.match(refused.complaint, /tls\.key is the key of another certificate/)
  gateway.process.kill('SIGHUP')
  const reload = await gateway.line('settings were refused; the old ones serve on')
  t.match(reload.complaints, [/tls\.key/])
  place(folder, { 'tls.key': 'nothing' })
  gateway.process.kill('SIGHUP')
  const unread = await gateway.line('settings were refused; the old ones serve on', 1)
  t.match(unread.complaints, [/tls\.key.*without PEM/])
  t.equal(await serialAt(port), kept, 'the old one serves on')

  place(folder, { 'tls.key': third.key, 'tls.crt': third.cert })
  gateway.process.kill('SIGHUP')
  await gateway.line('settings are as before')
  t.not(await serialAt(port), kept)
  t.notOk(live.destroyed, 'a new certificate alone closes no WebSocket')
  for (const socket of sockets) socket.destroy()
  gateway.process.kill('SIGTERM')
  t.strictSame(await gateway.ended, [0, null])
})

/** What comes out has an end that looks right, by chance, and is no key all the same: one of some 300. */
function passphraseThatNearlyOpens(key: string): string {
  for (let number = 0; number < 20_000; number++) {
    const passphrase = `shut ${number}`
    try {
      createPrivateKey({ key, passphrase })
    } catch (error) {
      if (!/bad decrypt/.test((error as Error).message)) return passphrase
    }
  }
  throw new Error('none of 20,000 passphrases')
}

t.test('a wrong passphrase is told as one also when its end looks right', async t => {
  const { cert, key } = selfSigned(t)
  const secured = execFileSync('openssl', ['ec', '-aes256', '-passout', 'pass:open'], {
    input: key,
    stdio: ['pipe', 'pipe', 'ignore'],
  }).toString()
  const pair = { cert: cert.toString(), key: secured, ca: undefined }
  t.strictSame(complaintOfPair({ ...pair, passphrase: passphraseThatNearlyOpens(secured) }), {
    part: 'passphrase',
    text: 'does not open tls.key',
  })
  t.equal(complaintOfPair({ ...pair, passphrase: 'open' }), null)
})

t.test('what is wrong with a certificate is said at the start', async t => {
  const pair = selfSigned(t)
  const folder = ownFolder(t)
  const secured = execFileSync('openssl', ['ec', '-aes256', '-passout', 'pass:open'], {
    input: pair.key,
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  place(folder, { 'tls.crt': pair.cert, 'tls.key': secured, 'other.key': selfSigned(t).key })
  const base = {
    url: 'https://localhost',
    upstream: 'http://localhost:9',
    secrets: ['q83vEjRWeJq83vEjRWeJASNFZ4mrze8BI0VniavN7wE'],
    cognito: {
      userPoolId: 'us-east-1_Emulator1',
      clientId: '1testclient0000000000000001',
      domain: 'example',
    },
  }
  const { loadConfig } = await import('../../src/config.js')
  const { SettingsRefused } = await import('../../src/errors.js')
  const [cert, key] = [`${folder}/tls.crt`, `${folder}/tls.key`]
  const complaintsOf = (tls: object, url = base.url): readonly string[] => {
    try {
      loadConfig({ env: {}, base: { ...base, url, tls } })
      return []
    } catch (error) {
      if (!(error instanceof SettingsRefused)) throw error
      return error.complaints
    }
  }
  t.match(complaintsOf({ cert }), [/tls\.key.* is missing/])
  t.match(complaintsOf({ cert, key: `${folder}/other.key` }), [/tls\.key.* of another certificate/])
  t.match(complaintsOf({ cert, key: `${folder}/none` }), [/tls\.key.*cannot be read \(ENOENT\)/])
  t.match(complaintsOf({ cert, key }), [/tls\.passphrase.* is missing/])
  t.match(complaintsOf({ cert, key, passphrase: 'shut' }), [/tls\.passphrase.*does not open/])
  t.strictSame(complaintsOf({ cert, key, passphrase: 'open' }), [])
  t.match(complaintsOf({ cert, key, passphrase: 'open' }, 'http://localhost'), [/needs https/])
  t.match(complaintsOf({ hsts: '1d' }, 'http://localhost'), [/needs https/])
})
