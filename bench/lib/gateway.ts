// The built gateway as a process, and sessions that were really signed in at the user pool.
import { readFileSync } from 'node:fs'
import { stringify } from 'yaml'
import { freePort } from '../../test/fixtures/free-port.js'
import { PlainBrowser } from '../../test/fixtures/plain-browser.js'
import { signIn } from '../../test/fixtures/sign-in.js'
import { type Server, serverCore } from './processes.js'
import type { World } from './world.js'

/** Of every gateway here, so that sessions can be made for it. */
export const secret = 'q83vEjRWeJq83vEjRWeJASNFZ4mrze8BI0VniavN7wE'

export interface GatewayUnderTest {
  readonly server: Server
  /** Its public origin. */
  readonly url: string
  /** Of its admin listener. */
  readonly adminUrl: string
  /** Signs a person of the example pool in; a Cookie header with the session. */
  signIn(username?: string, password?: string): Promise<string>
}

/** How `npm start` starts Node.js: its options, and what stands before it. */
const usualStart = readStart()

interface GatewayOptions {
  /** Settings beside those that every gateway here has. */
  readonly settings?: Record<string, unknown>
  readonly redisUrl?: string
  /** Options of node beside those of `npm start`. */
  readonly nodeOptions?: readonly string[]
  readonly env?: Record<string, string>
  /** Where it is not the core that measured servers have. */
  readonly core?: number | string
}

/** As `npm start` does, on one core, before the world's application: everything but /public needs a person. */
export async function startGateway(
  world: World,
  { settings = {}, redisUrl, nodeOptions = [], env = {}, core = serverCore }: GatewayOptions = {},
): Promise<GatewayUnderTest> {
  const [port, adminPort] = [world.port(), await freePort()]
  const url = `http://localhost:${port}`
  const { upstream, emulator } = world
  const usual = {
    url,
    cognito: {
      userPoolId: world.poolId,
      clientId: world.client.id,
      domain: emulator.domain,
      issuer: emulator.issuer,
    },
    listen: { host: '127.0.0.1', port },
    admin: { port: adminPort },
    log: { level: 'error' },
    // All load comes from one address.
    limits: { connectionsPerAddress: 0, signInsPerMinute: 0 },
    session: {
      // All tokens, as applications that call other services need them: the largest cookie there is.
      keep: ['id', 'access', 'refresh'],
      ...(redisUrl === undefined ? {} : { store: 'redis', redis: { url: redisUrl } }),
    },
    routes: [
      { path: '/public', access: 'public', upstream },
      { path: '/', access: 'signed-in', upstream },
    ],
  }
  const config = world.file(`gateway-${port}.yaml`, stringify({ ...usual, ...settings }))
  const server = await world.start(
    'cognito-gateway',
    port,
    [
      world.node,
      ...usualStart.options,
      ...nodeOptions,
      'dist/cli/main.js',
      'start',
      '--config',
      config,
    ],
    {
      core,
      env: {
        ...usualStart.env,
        GATEWAY_SECRET: secret,
        COGNITO_CLIENT_SECRET: world.client.secret,
        ...env,
      },
    },
  )
  return {
    server,
    url,
    adminUrl: `http://127.0.0.1:${adminPort}`,
    signIn: (username, password) => sessionCookie(url, username, password),
  }
}

async function sessionCookie(url: string, username?: string, password?: string): Promise<string> {
  const browser = new PlainBrowser()
  const answer = await signIn(browser, `${url}/`, username, password)
  if (answer.status !== 200) {
    const [code = 'without a code'] = /GW_ERR_\w+/.exec(answer.body) ?? []
    throw new Error(`sign-in ended with ${answer.status}, ${code}: nothing counts`)
  }
  return browser
    .cookieHeader(url)
    .split('; ')
    .filter(pair => pair.startsWith('cgw-session'))
    .join('; ')
}

function readStart(): { options: string[]; env: Record<string, string> } {
  const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as {
    scripts: { start: string }
  }
  const words = scripts.start.split(' ')
  const node = words.indexOf('node')
  return {
    options: words.slice(node + 1).filter(word => word.startsWith('--')),
    env: Object.fromEntries(words.slice(0, node).map(word => word.split('=', 2))),
  }
}
