// What every question needs: an application, a user pool with its hosted UI, ports that are registered there, a folder
// for configuration files, and an end to all of it.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Emulator, startEmulator } from '../../src/emulator/app.js'
import { type PoolClient, readPool } from '../../src/emulator/pool.js'
import { freePort } from '../../test/fixtures/free-port.js'
import { peopleByGroups } from './people.js'
import { otherCore, type Server, startServer, stopServer } from './processes.js'
import { type Probe, type Probed, startProbe } from './quiet.js'

const reservedPorts = 16
const callbackPaths = ['/oauth2/callback', '/callback', '/private/callback']

/** The app client as peers know it. */
export interface Client {
  readonly id: string
  readonly secret: string
}

export class World {
  readonly emulator: Emulator
  readonly client: Client
  readonly poolId: string
  /** The application's origin. */
  readonly upstream: string
  /** How much of the usual durations and counts: 1 for all, less to try a question. */
  readonly scale: number
  /** The node that runs measured servers. */
  readonly node: string
  readonly application: Server
  readonly #folder = mkdtempSync(join(tmpdir(), 'gateway-bench-'))
  readonly #ports: number[]
  readonly #registered: ReadonlySet<number>
  readonly #servers: Server[] = []
  #probe: Probe | null = null

  private constructor(parts: {
    emulator: Emulator
    client: Client
    poolId: string
    application: Server
    ports: number[]
    scale: number
    node: string
  }) {
    this.emulator = parts.emulator
    this.client = parts.client
    this.poolId = parts.poolId
    this.application = parts.application
    this.upstream = `http://127.0.0.1:${parts.application.port}`
    this.scale = parts.scale
    this.node = parts.node
    this.#ports = parts.ports
    this.#registered = new Set(parts.ports)
    this.#servers.push(parts.application)
  }

  /**
   * @param application  a script of bench/peers, and what stands behind its port
   * @param changes      to the app client at the user pool
   */
  static async begin(
    {
      scale = 1,
      node = process.execPath,
      application: [script = '', ...more] = ['upstream'],
    }: { scale?: number; node?: string; application?: readonly string[] } = {},
    changes: Partial<PoolClient> = {},
  ): Promise<World> {
    const ports: number[] = []
    while (ports.length < reservedPorts) ports.push(await freePort())
    const origins = ports.map(port => `http://localhost:${port}`)
    const example = readPool()
    const [first] = example.clients
    if (first === undefined) throw new Error('the example pool has no client')
    const client = {
      ...first,
      callbackUrls: origins.flatMap(origin => callbackPaths.map(path => origin + path)),
      logoutUrls: origins.map(origin => `${origin}/oauth2/signed_out`),
      ...changes,
    }
    const users = [...example.users, ...peopleByGroups(example.users)]
    const emulator = await startEmulator({ pool: { ...example, users, clients: [client] } })
    const port = await freePort()
    const application = await startServer(
      'upstream',
      port,
      [process.execPath, `bench/peers/${script}.mjs`, String(port), ...more],
      { core: otherCore },
    )
    return new World({
      emulator,
      client: { id: client.id, secret: client.secrets[0] ?? '' },
      poolId: example.poolId,
      application,
      ports,
      scale,
      node,
    })
  }

  /** A port whose callback addresses are registered. */
  port(): number {
    const port = this.#ports.pop()
    if (port === undefined) throw new Error('no registered port is left')
    return port
  }

  /** A file in the folder of this run. */
  file(name: string, content: string): string {
    const path = join(this.#folder, name)
    writeFileSync(path, content)
    return path
  }

  get folder(): string {
    return this.#folder
  }

  /** Measures something, and the core of the servers before and after. */
  async probed<Found>(measure: () => Promise<Found>): Promise<Found & Probed> {
    this.#probe ??= await startProbe()
    return this.#probe.around(measure)
  }

  /** As `startServer`, and stopped at the end. */
  async start(...given: Parameters<typeof startServer>): Promise<Server> {
    const server = await startServer(...given)
    this.#servers.push(server)
    return server
  }

  /** Before the end: its port is free for the next. */
  async stop(server: Server): Promise<void> {
    await stopServer(server)
    if (this.#registered.has(server.port)) this.#ports.push(server.port)
  }

  /** Before the end: stops all that was started here, but for the application. */
  async clear(): Promise<void> {
    const started = this.#servers.splice(0).filter(server => server !== this.application)
    this.#servers.push(this.application)
    await Promise.all(started.map(server => this.stop(server)))
  }

  /** So many of the usual number, one at least. */
  times(usual: number): number {
    return Math.max(1, Math.round(usual * this.scale))
  }

  async end(): Promise<void> {
    this.#probe?.stop()
    await Promise.all(this.#servers.map(stopServer))
    await this.emulator.close()
    rmSync(this.#folder, { recursive: true, force: true })
  }
}
