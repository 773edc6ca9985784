// What nobody caught is one line without what hangs on the error, and the process that cannot go on ends.
import { spawnSync } from 'node:child_process'
import t from 'tap'
import { gatewayProcess } from '../fixtures/gateway-process.js'

const mishaps = `
  const mishap = name => Object.assign(new Error(name), { token: 'can' + 'ary-token' })
  process.on('SIGUSR2', () => { Promise.reject(mishap('forgotten')) })
  process.on('SIGPIPE', () => { throw mishap('out of the blue') })
`

t.test('a forgotten promise is written down, an exception ends the process', async t => {
  const gateway = await gatewayProcess(t, {
    settings: { routes: [{ path: '/', access: 'deny' }] },
    env: { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(mishaps)}` },
  })
  gateway.process.kill('SIGUSR2')
  t.match(await gateway.line('unhandled rejection'), {
    level: 50,
    err: { message: 'forgotten' },
    stack: [/^at mishap /],
  })
  t.equal((await fetch(`${gateway.url}/oauth2/ping`)).status, 200, 'it goes on')
  gateway.process.kill('SIGPIPE')
  const line = await gateway.line('uncaught exception; the process ends')
  t.match(line, { level: 60, err: { message: 'out of the blue' }, stack: [/^at mishap /] })
  t.strictSame(await gateway.ended, [1, null])
  t.notMatch(JSON.stringify(gateway.lines), 'canary')
})

t.test(
  'a process that is silent says where it broke, and nothing of what the text holds',
  async t => {
    const script = `
    import { installLastResort } from './src/cli/last-resort.ts'
    import { createLog } from './src/log.ts'
    installLastResort(createLog({ level: 'silent' }))
    setImmediate(function broken() { throw new TypeError('a canary\\n  at canary') })`
    const words = ['--import=tsx', '--input-type=module', '--eval', script]
    const { status, stdout, stderr } = spawnSync(process.execPath, words, { encoding: 'utf8' })
    t.equal(status, 1)
    t.equal(stdout, '')
    t.match(
      stderr,
      /^cognito-gateway: uncaught exception; the process ends: TypeError at .*broken .*\n$/,
    )
    t.notMatch(stderr, 'canary')
  },
)
