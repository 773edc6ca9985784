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
  { file: '/usr/bin/promtool', package: 'prometheus' },
  { file: '/usr/bin/php', package: 'php-cli' },
  { file: '/usr/share/dokuwiki/doku.php', package: 'dokuwiki' },
]

const missing = needed.filter(({ file }) => !existsSync(file)).map(({ package: name }) => name)
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
