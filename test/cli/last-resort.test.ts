// What nobody caught is one line without what hangs on the error, and the process that cannot go on ends.
import t from 'tap'
import { gatewayProcess } from '../fixtures/gateway-process.js'

const mishaps = `
  const mishap = name => Object.assign(new Error(name), { token: 'canary-token' })
  process.on('SIGUSR2', () => { Promise.reject(mishap('forgotten')) })
  process.on('SIGPIPE', () => { throw mishap('out of the blue') })
`

t.test('a forgotten promise is written down, an exception ends the process', async t => {
  const gateway = await gatewayProcess(t, {
    settings: { routes: [{ path: '/', access: 'deny' }] },
    env: { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(mishaps)}` },
  })
  gateway.process.kill('SIGUSR2')
  t.match(await gateway.line('unhandled rejection'), { level: 50, err: { message: 'forgotten' } })
  t.equal((await fetch(`${gateway.url}/oauth2/ping`)).status, 200, 'it goes on')
  gateway.process.kill('SIGPIPE')
  const line = await gateway.line('uncaught exception; the process ends')
  t.match(line, { level: 60, err: { message: 'out of the blue' } })
  t.strictSame(await gateway.ended, [1, null])
  t.notMatch(JSON.stringify(gateway.lines), 'canary')
})
