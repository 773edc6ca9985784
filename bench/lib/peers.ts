// Those that the gateway is compared with. One that cannot be had is named, with the reason.
import { existsSync } from 'node:fs'
import { freePort } from '../../test/fixtures/free-port.js'
import { PlainBrowser } from '../../test/fixtures/plain-browser.js'
import { signIn } from '../../test/fixtures/sign-in.js'
import type { Contestant } from './load.js'
import { apacheConfig, type NginxLocation, nginxConfig } from './peer-configs.js'
import type { World } from './world.js'

/** A peer that could not be started. */
export interface Missing {
  readonly key: string
  readonly label: string
  readonly reason: string
}

/** Starts a peer. @param cookie  the gateway's, which peers without login forward */
export type StartPeer = (world: World, cookie: string) => Promise<Contestant>

const nginx = '/usr/sbin/nginx'
const apache = '/usr/sbin/apache2'
const openidc = '/usr/lib/apache2/modules/mod_auth_openidc.so'

/** A proxy of bench/peers that forwards everything. */
function plainNode(key: string, label: string): StartPeer {
  return async (world, cookie) => {
    const port = await freePort()
    const command = [world.node, `bench/peers/${key}.mjs`, String(port), world.upstream]
    const server = await world.start(label, port, command)
    return { key, label, port, servers: [server], headers: [`Cookie: ${cookie}`], sees: ['cgw-'] }
  }
}

const plainNginx: StartPeer = async (world, cookie) => {
  const port = await startNginx(world, 'nginx', {})
  const servers = [port.server]
  const headers = [`Cookie: ${cookie}`]
  return { key: 'nginx', label: 'nginx', port: port.port, servers, headers, sees: ['cgw-'] }
}

/** nginx that asks a service of its own about every request, or remembers its answers. */
function authRequest(key: string, label: string, location: NginxLocation): StartPeer {
  return async (world, cookie) => {
    const servicePort = await freePort()
    const service = await world.start('auth service', servicePort, [
      world.node,
      'bench/peers/auth-service.mjs',
      String(servicePort),
    ])
    const { port, server } = await startNginx(world, key, { ...location, servicePort })
    const minted = await fetch(`http://127.0.0.1:${servicePort}/mint?bytes=${cookie.length}`)
    const headers = [`Cookie: peer-session=${await minted.text()}`]
    const sees = ['x-auth-request-email: jane@example.com']
    return { key, label, port, servers: [server, service], headers, sees }
  }
}

async function startNginx(world: World, name: string, location: NginxLocation) {
  requireFile(nginx, 'nginx-light')
  const port = await freePort()
  const config = nginxConfig({
    port,
    upstream: world.upstream,
    folder: world.folder,
    name,
    location,
  })
  const file = world.file(`${name}.conf`, config)
  return { port, server: await world.start(name, port, [nginx, '-c', file]) }
}

/** Apache with real sessions of the user pool. */
function modAuthOpenidc(key: string, label: string, sessionType: string): StartPeer {
  return async world => {
    requireFile(apache, 'apache2-bin')
    requireFile(openidc, 'libapache2-mod-auth-openidc')
    const port = world.port()
    const { upstream, folder, emulator, client } = world
    const { issuer } = emulator
    const config = apacheConfig({ port, upstream, folder, name: key, issuer, client, sessionType })
    const server = await world.start(label, port, [
      apache,
      '-D',
      'FOREGROUND',
      '-f',
      world.file(`${key}.conf`, config),
    ])
    const headers = [`Cookie: ${await signedInAt(port, /^mod_auth_openidc/)}`]
    return { key, label, port, servers: [server], headers, sees: ['email: jane@example.com'] }
  }
}

const expressOpenid: StartPeer = async world => {
  const port = world.port()
  const { upstream, emulator, client } = world
  const server = await world.start('express', port, [
    world.node,
    'bench/peers/express.mjs',
    ...[String(port), upstream, emulator.issuer, client.id, client.secret],
  ])
  const label = 'express-openid-connect + http-proxy-middleware'
  const headers = [`Cookie: ${await signedInAt(port, /^appSession/)}`]
  const sees = ['x-forwarded-email: jane@example.com']
  return { key: 'express', label, port, servers: [server], headers, sees }
}

/** The cookies of a session at a peer, as a browser has them after signing in. */
async function signedInAt(port: number, names: RegExp): Promise<string> {
  const browser = new PlainBrowser()
  const url = `http://localhost:${port}/`
  const answer = await signIn(browser, url)
  if (answer.status !== 200) throw new Error(`sign-in ended with ${answer.status}`)
  const pairs = browser.cookieHeader(url).split('; ')
  return pairs.filter(pair => names.test(pair)).join('; ')
}

/** Every peer, by key. */
export const peers = {
  undici: plainNode('undici', 'bare undici dispatch, no login'),
  'reply-from': plainNode('reply-from', '@fastify/reply-from, no login'),
  'http-request': plainNode('http-request', 'http.request, no login'),
  nginx: plainNginx,
  'auth-request': authRequest('auth-request', 'nginx auth_request, not cached', {}),
  'auth-request-cached': authRequest('auth-request-cached', 'nginx auth_request, cached', {
    cached: true,
  }),
  'apache-server': modAuthOpenidc(
    'apache-server',
    'mod_auth_openidc, server cache',
    'server-cache',
  ),
  'apache-client': modAuthOpenidc(
    'apache-client',
    'mod_auth_openidc, client cookie',
    'client-cookie',
  ),
  express: expressOpenid,
} as const satisfies Record<string, StartPeer>

export type PeerKey = keyof typeof peers

/** Starts a peer, or says why not. */
export async function startPeer(
  world: World,
  key: PeerKey,
  cookie: string,
): Promise<Contestant | Missing> {
  try {
    return await peers[key](world, cookie)
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error)
    // A cell of a table has one line.
    return { key, label: key, reason: said.split('\n')[0] ?? '' }
  }
}

export function isMissing(peer: Contestant | Missing): peer is Missing {
  return 'reason' in peer
}

function requireFile(file: string, debianPackage: string): void {
  if (!existsSync(file)) throw new Error(`not installed: apt-get install -y ${debianPackage}`)
}
