// Faults on demand: each happens where it was set, as often as asked, and nothing is left open.
import { connect } from 'node:net'
import t from 'tap'
import type { EmulatorEvent } from '../../src/emulator/events.js'
import { askToken, publicId, signInAtPool, testPool } from '../fixtures/pool-client.js'

const token = '/oauth2/token'

t.test('a throttled answer has the form that was asked for, else that of the pool', async t => {
  const { domain, faults, settings } = await testPool(t)
  const ask = async () => {
    const answer = await fetch(`${domain}${token}`, { method: 'POST' })
    return [answer.status, answer.headers.get('content-type'), await answer.text()]
  }
  const json = [429, 'application/json', '{"message":"Rate exceeded"}']
  faults.set(token, { throttle: true, times: 1 })
  t.strictSame((await ask()).slice(0, 2), [429, 'text/html;charset=UTF-8'])
  t.equal((await ask())[0], 400, 'once')
  faults.set(token, { throttle: 'json' })
  t.strictSame(await ask(), json)
  faults.set(token, { throttle: 'api' })
  t.match(await ask(), [400, 'application/x-amz-json-1.1', /TooManyRequestsException/])
  settings.unpublished.throttling = 'json'
  faults.set(token, { throttle: true })
  t.strictSame(await ask(), json)
})

t.test('a status, a body and headers stand in for the answer, on that path only', async t => {
  const { domain, issuer, faults } = await testPool(t)
  faults.set('/.well-known/jwks.json', {
    status: 503,
    body: 'down',
    headers: { 'retry-after': '9' },
  })
  const dead = await fetch(`${issuer}/.well-known/jwks.json`)
  t.equal(dead.status, 503)
  t.equal(dead.headers.get('retry-after'), '9')
  t.equal(await dead.text(), 'down')
  t.ok(dead.headers.get('x-amz-cognito-request-id'))
  t.equal((await fetch(`${issuer}/.well-known/openid-configuration`)).status, 200)
  t.equal((await fetch(`${domain}${token}`)).status, 405)
  faults.clear('/.well-known/jwks.json')
  t.equal((await fetch(`${issuer}/.well-known/jwks.json`)).status, 200)
})

t.test('a reset is a reset, and is counted as a call without an answer', async t => {
  const { domain, faults, calls } = await testPool(t)
  faults.set(token, { reset: true, times: 1 })
  await t.rejects(fetch(`${domain}${token}`), { cause: { code: 'ECONNRESET' } })
  t.equal((await fetch(`${domain}${token}`)).status, 405)
  t.strictSame(
    calls.map(({ path, status }) => [path, status]),
    [
      [token, 0],
      [token, 405],
    ],
  )
})

t.test('an answer lost after a rotation leaves the old token good for its grace only', async t => {
  const clock = { now: Math.floor(Date.now() / 1000) }
  const emulator = await testPool(t, { rotation: { graceSeconds: 10 } }, { clock: () => clock.now })
  const { refresh_token: first = '' } = await signInAtPool(emulator)
  const fields = { grant_type: 'refresh_token', client_id: publicId, refresh_token: first }
  emulator.faults.set(token, { loseAnswer: true, times: 1 })
  await t.rejects(askToken(emulator, fields))
  t.equal((await askToken(emulator, fields)).status, 200)
  clock.now += 10
  t.equal((await askToken(emulator, fields)).status, 400)
})

t.test('a hanging answer ends when the client leaves, or when the emulator closes', async t => {
  const events: EmulatorEvent[] = []
  const waiting: (() => void)[] = []
  const emulator = await testPool(
    t,
    {},
    {
      onEvent(event) {
        events.push(event)
        if (event.event === 'fault') waiting.shift()?.()
      },
    },
  )
  const { hostname, port } = new URL(emulator.domain)
  emulator.faults.set(token, { hang: true })
  const open = async () => {
    const met = new Promise<void>(resolve => waiting.push(resolve))
    const socket = connect(Number(port), hostname)
    socket.on('error', () => {})
    socket.write(`GET ${token} HTTP/1.1\r\nhost: ${hostname}\r\n\r\n`)
    await met
    return socket
  }
  const left = await open()
  left.destroy()
  const staying = await open()
  const closed = new Promise(resolve => staying.once('close', resolve))
  await emulator.close()
  await closed
  t.strictSame(
    events.filter(({ event }) => event === 'fault'),
    [
      { event: 'fault', path: token, kind: 'hang' },
      { event: 'fault', path: token, kind: 'hang' },
    ],
  )
})

t.test('a delayed answer is the right one', async t => {
  const { domain, faults } = await testPool(t)
  faults.set(token, { delayMs: 20 })
  const began = performance.now()
  t.equal((await fetch(`${domain}${token}`)).status, 405)
  t.ok(performance.now() - began >= 19)
})

t.test('the clock of the pool moves', async t => {
  const emulator = await testPool(t, {}, { clock: () => 1_700_000_000 })
  emulator.faults.clockOffsetSeconds = 500
  const { access_token: access = '' } = await signInAtPool(emulator)
  const [, payload = ''] = access.split('.')
  t.match(JSON.parse(Buffer.from(payload, 'base64url').toString()), {
    auth_time: 1_700_000_500,
    iat: 1_700_000_500,
    exp: 1_700_004_100,
  })
  emulator.faults.clear()
  t.equal(emulator.faults.clockOffsetSeconds, 0)
})

t.test('calls name their parameters, and no event and no call holds a value', async t => {
  const events: EmulatorEvent[] = []
  const emulator = await testPool(t, {}, { onEvent: event => void events.push(event) })
  const tokens = await signInAtPool(emulator)
  const call = emulator.calls.find(({ path }) => path === token)
  t.match(call, { method: 'POST', grantType: 'authorization_code', authorized: false, status: 200 })
  t.strictSame(call?.parameters, ['grant_type', 'client_id', 'redirect_uri', 'code'])
  t.strictSame(
    events.filter(({ event }) => event !== 'request'),
    [
      { event: 'sign-in', username: 'jane' },
      { event: 'tokens', grantType: 'authorization_code', username: 'jane', clientId: publicId },
    ],
  )
  const told = JSON.stringify([events, emulator.calls])
  for (const secret of ['Jane-pass1', ...Object.values(tokens).filter(text => text.length > 99)]) {
    t.notOk(told.includes(secret))
  }
})
