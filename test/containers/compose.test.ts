// docker-compose.yml for real: the image is built, every command of the README is typed, and a browser signs in where it says.
import t, { type Test } from 'tap'
import { fillSignIn, openChromium } from '../fixtures/chromium.js'
import { commandsBelow } from '../fixtures/readme-commands.js'
import { type Engine, openEngine } from './engine.js'

const names = ['gateway', 'gateway-redis', 'gateway-a', 'gateway-b', 'gateway-auth']
/** As the README has them: `docker compose …`. */
const commands = commandsBelow('### With docker compose')
/** nginx goes its own way to the application. */
const askedFirst = 'http://localhost:3300'
const profiles = ['redis', 'pair', 'nginx'].flatMap(name => ['--profile', name])

t.test('docker compose up, with every profile', async t => {
  const engine = await openEngine(t)
  t.teardown(() => engine.compose(...profiles, 'down', '--timeout', '10'))
  const isUp = { yet: false }
  const beating = beat(engine, isUp)
  try {
    for (const { words } of commands) {
      await engine.compose(...words.slice(2), '--detach', '--no-build')
    }
    await untilHealthy(engine)
  } finally {
    isUp.yet = true
    await beating
  }

  for (const { line, url } of commands) {
    await t.test(`${line}: sign in there`, t => signInAt(t, url ?? 'http://localhost:3000'))
  }

  await t.test('containers are what the file says', async t => {
    for (const name of names) {
      const id = await idOf(engine, name)
      const format = '{{.HostConfig.ReadonlyRootfs}} {{.Config.User}} {{.HostConfig.CapDrop}}'
      t.match(await engine.podman('inspect', '--format', format, id), /^true 10001:10001 \[CAP_/)
      await t.rejects(engine.podman('exec', id, 'touch', '/app/x'), /Read-only/)
      const status = await engine.podman('exec', id, 'cat', '/proc/1/status')
      t.match(status, /^NoNewPrivs:\s+1$/m)
      t.match(status, /^CapEff:\s+0+$/m, 'no capability at all')
      t.match(status, /^Uid:\s+10001\s/m)
    }
  })

  await t.test('a stop is clean: the process gets the signal itself', async t => {
    const id = await idOf(engine, 'gateway')
    await engine.podman('stop', '--time', '60', id)
    t.equal((await engine.podman('inspect', '--format', '{{.State.ExitCode}}', id)).trim(), '0')
    t.match(await engine.podman('logs', id), 'gateway has stopped')
  })
})

async function signInAt(t: Test, url: string): Promise<void> {
  // nginx has no health check to wait for.
  while ((await fetch(`${url}/oauth2/ping`).catch(() => null))?.status !== 200) {
    await new Promise(resolve => setTimeout(resolve, 500))
  }
  const page = await (await openChromium(t)).newPage()
  await page.goto(`${url}/reports?from=mail`)
  t.match(page.url(), /^http:\/\/localhost:9339\/login\?/, 'the address that browsers know')
  await fillSignIn(page, 'jane', 'Jane-pass1')
  t.equal(page.url(), `${url}/reports?from=mail`)
  const shown = await page.textContent('body')
  t.match(shown, /^X-Forwarded-Preferred-Username: jane$/im)
  t.match(shown, /^X-Forwarded-Groups: staff$/im)
  // nginx with its own way to the application hands on every cookie: deploy/nginx/gateway.conf says so.
  if (url !== askedFirst) t.notMatch(shown, /cgw-/, 'the application sees no cookie of the gateway')
  for (let again = 0; again < 4; again++) {
    await page.goto(`${url}/again`)
    t.match(await page.textContent('body'), /jane/, 'whichever instance answers')
  }
  await page.goto(`${url}/oauth2/sign_out`)
  t.equal(page.url(), `${url}/oauth2/signed_out`)
  await page.goto(`${url}/again`)
  t.match(page.url(), /:9339\/login\?/)
}

/** Podman leaves health checks to timers of systemd, which need not be there. */
async function beat({ podman }: Engine, isUp: { yet: boolean }): Promise<void> {
  while (!isUp.yet) {
    const ids = (await podman('ps', '-q', '--filter', 'name=cgw-test')).trim().split('\n')
    for (const id of ids) if (id !== '') await podman('healthcheck', 'run', id).catch(() => '')
    await new Promise(resolve => setTimeout(resolve, 500))
  }
}

async function untilHealthy(engine: Engine): Promise<void> {
  for (const name of names) {
    const id = await idOf(engine, name)
    const format = '{{.State.Healthcheck.Status}}'
    while ((await engine.podman('inspect', '--format', format, id)).trim() !== 'healthy') {
      await new Promise(resolve => setTimeout(resolve, 500))
    }
  }
}

async function idOf({ compose }: Engine, name: string): Promise<string> {
  return (await compose(...profiles, 'ps', '-q', name)).trim().split('\n').at(-1) ?? ''
}
