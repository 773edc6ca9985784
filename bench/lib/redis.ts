// A Redis of its own, beside load and upstream, that keeps nothing on disk.
import { existsSync } from 'node:fs'
import { freePort } from '../../test/fixtures/free-port.js'
import { otherCore, type Server } from './processes.js'
import type { World } from './world.js'

/** Throws when Redis is not installed. */
export async function startRedis(world: World): Promise<{ url: string; server: Server }> {
  const file = '/usr/bin/redis-server'
  if (!existsSync(file)) throw new Error('not installed: apt-get install -y redis-server')
  const port = await freePort()
  const options = [
    '--port',
    String(port),
    '--bind',
    '127.0.0.1',
    '--save',
    '',
    '--appendonly',
    'no',
  ]
  const command = [file, ...options, '--enable-debug-command', 'yes', '--dir', world.folder]
  const server = await world.start('redis', port, command, { core: otherCore })
  return { url: `redis://127.0.0.1:${port}/0`, server }
}
