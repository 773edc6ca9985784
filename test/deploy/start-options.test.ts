// One way to start Node.js: the image and the systemd unit do as `npm start` does.
import { readFileSync } from 'node:fs'
import t from 'tap'

const { scripts } = JSON.parse(readFileSync('package.json', 'utf8'))
const [, env, options] = /^(\S+) node (.+) dist\/cli\/main\.js start$/.exec(scripts.start) ?? []

t.test('the image', async t => {
  const file = readFileSync('Dockerfile', 'utf8')
  const [, entry = '[]'] = /^ENTRYPOINT (.+)$/m.exec(file) ?? []
  t.strictSame(JSON.parse(entry), ['node', ...String(options).split(' '), 'dist/cli/main.js'])
  t.match(file, new RegExp(`^ENV NODE_ENV=production ${env}$`, 'm'))
})

t.test('the systemd unit', async t => {
  const unit = readFileSync('deploy/systemd/cognito-gateway.service', 'utf8')
  t.match(
    unit,
    new RegExp(`^ExecStart=/usr/bin/node ${options} \\S+/dist/cli/main\\.js start `, 'm'),
  )
  t.match(unit, new RegExp(`^Environment=${env}$`, 'm'))
})
