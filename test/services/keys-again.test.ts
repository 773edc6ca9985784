import { mock } from 'node:test'
import t from 'tap'
import { lookAgainForKeys } from '../../src/services/keys-again.js'
import { testGateway } from '../fixtures/gateway.js'
import { PlainBrowser } from '../fixtures/plain-browser.js'

const hour = 3_600_000

t.test('every hour, whatever becomes of it, until it is stopped', async t => {
  mock.timers.enable({ apis: ['setInterval'] })
  t.teardown(() => mock.timers.reset())
  let asked = 0
  const warnings: string[] = []
  const keys = lookAgainForKeys(
    async () => {
      asked++
      if (asked === 1) throw new Error('away')
    },
    { warn: (_fields: unknown, sentence?: string) => void warnings.push(String(sentence)) },
  )
  mock.timers.tick(hour - 1)
  t.equal(asked, 0)
  mock.timers.tick(1)
  await new Promise(setImmediate)
  t.strictSame(warnings, ['keys of the user pool could not be fetched; known ones serve on'])
  mock.timers.tick(hour)
  t.equal(asked, 2)
  keys.stop()
  mock.timers.tick(hour)
  t.equal(asked, 2)
})

// Once there, a key was good until the process ended or a token named another one.
t.test('a token of a key that was withdrawn is no longer taken an hour later', async t => {
  mock.timers.enable({ apis: ['setInterval'] })
  t.teardown(() => mock.timers.reset())
  const { url, emulator } = await testGateway(t)
  const statusOf = async (token: string) => {
    const headers = { authorization: `Bearer ${token}` }
    return (await new PlainBrowser().fetch(`${url}/`, headers)).status
  }
  const id = '1testclient0000000000000001'
  const tokens: string[] = []
  for (let n = 0; n < 100; n++) {
    tokens.push((await emulator.administration.tokensFor('jane', id)).access_token)
  }
  t.equal(await statusOf(tokens.pop() ?? ''), 200)
  await emulator.keys.rotate({ withdraw: true })
  t.equal(await statusOf(tokens.pop() ?? ''), 200, 'nobody has told the gateway')
  const fetches = () => emulator.calls.filter(({ path }) => path.endsWith('jwks.json')).length
  const before = fetches()
  mock.timers.tick(hour)
  while (fetches() === before) await new Promise(setImmediate)
  // The answer may still be on its way; a token that was taken once is remembered, so each is a new one.
  let status = 200
  while (status === 200 && tokens.length > 0) status = await statusOf(tokens.pop() ?? '')
  t.not(status, 200)
})
