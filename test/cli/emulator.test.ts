// cognito-gateway emulator token and session, against a running one.
import { mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { decodeJwt } from 'jose'
import t from 'tap'
import { createCertificate } from '../../src/emulator/certificate.js'
import { runCommand, spawnCommand } from '../fixtures/command.js'
import { testGateway } from '../fixtures/gateway.js'
import { confidential, publicId, testPool } from '../fixtures/pool-client.js'

t.test('token prints one that the pool takes', async t => {
  const { domain } = await testPool(t)
  const url = ['--url', domain]
  const access = await runCommand(['emulator', 'token', '--user', 'jane', ...url])
  t.equal(access.status, 0)
  const headers = { authorization: `Bearer ${access.stdout.trim()}` }
  t.equal((await fetch(`${domain}/oauth2/userInfo`, { headers })).status, 200)
  t.equal(decodeJwt(access.stdout.trim()).client_id, confidential.id, 'the first client')
  const chosen = ['--client', publicId, '--scope', 'openid', '--use', 'id']
  const id = await runCommand(['emulator', 'token', '--user', 'jane', ...chosen, ...url])
  t.match(decodeJwt(id.stdout.trim()), { aud: publicId, 'cognito:username': 'jane' })
})

t.test('what cannot be is said in a sentence', async t => {
  const { domain } = await testPool(t)
  const nobody = await runCommand(['emulator', 'token', '--user', 'nobody', '--url', domain])
  t.strictSame([nobody.status, nobody.stdout], [1, ''])
  t.match(nobody.stderr, 'no user "nobody" in this user pool')
  const silent = await runCommand([
    'emulator',
    'token',
    '--user',
    'jane',
    '--url',
    'http://localhost:1',
  ])
  t.equal(silent.status, 1)
  t.match(silent.stderr, 'no emulator answers at http://localhost:1')
  t.equal((await runCommand(['emulator', 'token'])).status, 2)
  const half = await runCommand(['emulator', '--cert', 'x.pem'])
  t.match(half.stderr, '--cert and --key go together')
})

t.test('session is a signed-in browser in the form that Playwright reads', async t => {
  const { url, emulator, upstream } = await testGateway(t)
  const output = join(mkdtempSync(join(tmpdir(), 'session-')), 'state.json')
  const { status } = await runCommand([
    ...['emulator', 'session', '--user', 'admin', '--url', emulator.domain],
    ...['--gateway', `${url}/admin`, '--output', output],
  ])
  t.equal(status, 0)
  t.equal(statSync(output).mode & 0o777, 0o600)
  const { cookies } = JSON.parse(readFileSync(output, 'utf8')) as {
    cookies: { name: string; value: string; expires: number }[]
  }
  t.ok(cookies.some(({ name }) => name === 'cognito'))
  const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join('; ')
  t.equal((await fetch(`${url}/admin`, { headers: { cookie } })).status, 200)
  t.match(upstream.seen.at(-1)?.headers, { 'x-forwarded-email': 'admin@example.com' })
})

t.test('the emulator with --https and --state says where everything is', async t => {
  const folder = mkdtempSync(join(tmpdir(), 'emulator-'))
  const own = createCertificate(['localhost'])
  writeFileSync(join(folder, 'cert.pem'), own.cert)
  writeFileSync(join(folder, 'key.pem'), own.key)
  const child = spawnCommand(t, [
    ...['emulator', '--port', '0', '--state', join(folder, 'state.json')],
    ...['--cert', join(folder, 'cert.pem'), '--key', join(folder, 'key.pem')],
  ])
  const text = await child.until('/emulator/outbox')
  t.match(text, /COGNITO_DOMAIN=https:\/\/localhost:\d+/)
  t.match(text, 'NODE_EXTRA_CA_CERTS')
  t.equal(await child.stop(), 0)
  t.match(JSON.parse(readFileSync(join(folder, 'state.json'), 'utf8')), { version: 1 })
})
