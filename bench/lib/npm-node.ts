// The newest Node.js that npm has, in a folder of the user's cache, beside the one that is installed.
import { execFile } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const installMs = 180_000

/** A node that can run servers. */
export interface NodeProgram {
  readonly file: string
  /** As it says itself, `v20.20.0`. */
  readonly version: string
}

/** Asks npm for it; what came of an earlier time serves while npm does not answer. Throws with the reason. */
export async function newestFromNpm(): Promise<NodeProgram> {
  const name = `node-linux-${process.arch}`
  const cache = process.env.XDG_CACHE_HOME || join(homedir(), '.cache')
  const folder = join(cache, 'cognito-gateway-bench')
  const file = join(folder, 'node_modules', name, 'bin', 'node')
  mkdirSync(folder, { recursive: true })
  const options = ['--prefix', folder, '--no-audit', '--no-fund', '--fetch-retries=1']
  let reason = 'npm installed it, and it does not run'
  try {
    await run('npm', ['install', ...options, `${name}@latest`], { cwd: folder, timeout: installMs })
  } catch {
    reason = `npm install ${name}@latest did not succeed`
  }
  try {
    return await programOf(file)
  } catch {
    throw new Error(reason)
  }
}

/** A node, and what it says of itself. */
export async function programOf(file: string): Promise<NodeProgram> {
  const { stdout } = await run(file, ['--version'])
  return { file, version: stdout.trim() }
}
