// The built gateway as a process, and sessions that were really signed in at an emulator.
import { type Emulator, startEmulator } from '../../src/emulator/app.js'
import { type PoolClient, readPool } from '../../src/emulator/pool.js'
import { freePort } from '../../test/fixtures/free-port.js'
import { PlainBrowser } from '../../test/fixtures/plain-browser.js'
import { signIn } from '../../test/fixtures/sign-in.js'
import { type Server, startServer } from './processes.js'

const secret = 'q83vEjRWeJq83vEjRWeJASNFZ4mrze8BI0VniavN7wE'

export interface GatewayUnderTest {
  readonly server: Server
  readonly emulator: Emulator
  readonly url: string
  /** A Cookie header with a session. */
  signIn(): Promise<string>
}

/**
 * `npm start` on one core, before this upstream.
 *
 * @param changes  to the app clients at the emulator
 * @param file     further settings
 */
export async function startGateway(
  upstream: string,
  changes: Partial<PoolClient> = {},
  file?: string,
): Promise<GatewayUnderTest> {
  const [port, adminPort] = [await freePort(), await freePort()]
  const url = `http://localhost:${port}`
  const example = readPool()
  const pool = {
    ...example,
    clients: example.clients.map(given => ({
      ...given,
      callbackUrls: [`${url}/oauth2/callback`],
      logoutUrls: [`${url}/oauth2/signed_out`],
      ...changes,
    })),
  }
  const emulator = await startEmulator({ pool })
  const [client] = pool.clients
  const server = await startServer(
    'cognito-gateway',
    port,
    [
      'node',
      '--max-semi-space-size=8',
      'dist/cli/main.js',
      'start',
      ...(file === undefined ? [] : ['--config', file]),
    ],
    {
      env: {
        COGNITO_USER_POOL_ID: pool.poolId,
        COGNITO_CLIENT_ID: client?.id ?? '',
        COGNITO_CLIENT_SECRET: client?.secrets[0] ?? '',
        COGNITO_DOMAIN: emulator.domain,
        COGNITO_ISSUER: emulator.issuer,
        GATEWAY_URL: url,
        GATEWAY_HOST: '127.0.0.1',
        GATEWAY_PORT: String(port),
        GATEWAY_ADMIN_PORT: String(adminPort),
        GATEWAY_UPSTREAM: upstream,
        GATEWAY_SECRET: secret,
        LOG_LEVEL: 'warn',
      },
    },
  )
  return { server, emulator, url, signIn: () => sessionCookie(url) }
}

async function sessionCookie(url: string): Promise<string> {
  const browser = new PlainBrowser()
  const answer = await signIn(browser, `${url}/`)
  if (answer.status !== 200) throw new Error(`sign-in ended with ${answer.status}`)
  return browser
    .cookieHeader(url)
    .split('; ')
    .filter(pair => pair.startsWith('cgw-session'))
    .join('; ')
}
