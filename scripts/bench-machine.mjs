// Brings what the benchmarks measure with and against, beside npm packages: wrk, nginx, Apache with mod_auth_openidc,
// Redis. As root it installs what is missing; else it says the command, and what is not there is named as missing in
// the results.
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'

const needed = [
  { file: '/usr/bin/wrk', package: 'wrk' },
  { file: '/usr/sbin/nginx', package: 'nginx-light' },
  { file: '/usr/sbin/apache2', package: 'apache2-bin' },
  { file: '/usr/lib/apache2/modules/mod_auth_openidc.so', package: 'libapache2-mod-auth-openidc' },
  { file: '/usr/bin/redis-server', package: 'redis-server' },
]

const missing = needed.filter(({ file }) => !existsSync(file)).map(({ package: name }) => name)
if (missing.length > 0) {
  const install = ['apt-get', 'install', '-y', '--no-install-recommends', ...missing]
  if (process.getuid?.() === 0) {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
    const options = { stdio: ['ignore', 'ignore', 'inherit'], env }
    try {
      execFileSync('apt-get', ['update', '-qq'], options)
      execFileSync(install[0], install.slice(1), options)
    } catch {
      process.stderr.write(`Not installed, so not measured: ${missing.join(', ')}\n`)
    }
  } else {
    process.stderr.write(
      `The benchmarks need ${missing.join(', ')}:\n  sudo ${install.join(' ')}\n`,
    )
  }
}
