// Brings what the tests need beside npm packages: Debian's Chromium, Redis, nginx, Caddy, HAProxy, systemd and
// Prometheus, and DokuWiki with PHP. As root it installs them;
// else it stops and prints the command. Nothing is skipped.
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'

const needed = [
  { file: '/usr/bin/chromium', package: 'chromium' },
  { file: '/usr/bin/openssl', package: 'openssl' },
  { file: '/usr/sbin/nginx', package: 'nginx-light' },
  { file: '/usr/bin/caddy', package: 'caddy' },
  { file: '/usr/sbin/haproxy', package: 'haproxy' },
  { file: '/usr/bin/redis-server', package: 'redis-server' },
  { file: '/usr/bin/systemd-socket-activate', package: 'systemd' },
  { file: '/usr/bin/docker-compose', package: 'docker-compose' },
  { file: '/usr/bin/promtool', package: 'prometheus' },
  { file: '/usr/bin/php', package: 'php-cli' },
  { file: '/usr/share/dokuwiki/doku.php', package: 'dokuwiki' },
]

/** For `npm run test:containers`. */
const containers = [
  { file: '/usr/bin/podman', package: 'podman' },
  { file: '/usr/bin/buildah', package: 'buildah' },
  { file: '/usr/sbin/runc', package: 'runc' },
  { file: '/usr/lib/podman/netavark', package: 'netavark' },
  { file: '/usr/lib/podman/aardvark-dns', package: 'aardvark-dns' },
  { file: '/usr/sbin/iptables', package: 'iptables' },
  { file: '/usr/sbin/debootstrap', package: 'debootstrap' },
]

const all = process.argv[2] === 'containers' ? [...needed, ...containers] : needed
const missing = all.filter(({ file }) => !existsSync(file)).map(({ package: name }) => name)
if (missing.length > 0) {
  const install = ['apt-get', 'install', '-y', '--no-install-recommends', ...missing]
  if (process.getuid?.() !== 0) {
    process.stderr.write(`The tests need ${missing.join(', ')}:\n  sudo ${install.join(' ')}\n`)
    process.exit(1)
  }
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const options = { stdio: ['ignore', 'ignore', 'inherit'], env }
  execFileSync('apt-get', ['update', '-qq'], options)
  execFileSync(install[0], install.slice(1), options)
}
