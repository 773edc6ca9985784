// Settings looked at before they are used.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import t, { type Test } from 'tap'
import { parse } from 'yaml'
import { settingsJsonSchema } from '../../src/config/json-schema.js'
import { loadConfig } from '../../src/config.js'
import { runCommand } from '../fixtures/command.js'

const secret = 'q83vEjRWeJq83vEjRWeJASNFZ4mrze8BI0VniavN7wE'

const yaml = `url: https://app.example.com
cognito:
  userPoolId: eu-west-1_AbCdEfGhI
  clientId: 1example23456789
  clientSecret: canaryclientsecret1234567890
  domain: my-app
session:
  idle: 2h
  redis: { url: 'redis://:canary-redis@localhost' }
routes:
  - path: /admin
    access: { groups: [admins], any: [{ emailDomains: [example.com] }, { scopes: [reports/read] }] }
    upstream: http://localhost:8080
    headers: { request: { X-Api-Key: canary-key } }
  - path: /api
    access: { groups: [staff] }
    mode: report
    stripPrefix: true
    upstream: http://localhost:8081
  - path: /
    access: public
    upstream: http://localhost:8080
`

function command(t: Test, text = yaml) {
  const cwd = t.testdir({ 'gateway.yaml': text })
  return {
    file: join(cwd, 'gateway.yaml'),
    run: (...words: string[]) =>
      runCommand(['config', ...words], {
        cwd,
        env: { GATEWAY_SECRET: secret, GATEWAY_PORT: '3333' },
      }),
  }
}

t.test('check: everything that is wrong, each with its line', async t => {
  const { run, file } = command(t)
  t.match(await run('check'), { status: 0, stdout: /gateway\.yaml: nothing is wrong/ })

  const wrong = yaml
    .replace('idle: 2h', 'idel: 2h')
    .replace('access: public', 'acces: public')
    .replace('path: /api', 'path: /admin/api')
  writeFileSync(file, wrong)
  const { status, stderr } = await run('check')
  t.equal(status, 2)
  t.match(stderr, /gateway\.yaml:8:3: session\.idel: .*did you mean idle\?/)
  t.match(stderr, /gateway\.yaml:21:5: routes\.2\.acces: .*did you mean access\?/)
  t.match(stderr, /gateway\.yaml:20:5: routes\.2\.access: is missing/)
  const json = JSON.parse((await run('check', '--json')).stdout)
  t.match(json, { ok: false })
  t.equal(json.complaints.length, 3)
})

t.test('print: what is in force, from where, without secrets, and good as a file', async t => {
  const { run } = command(t)
  const { status, stdout } = await run('print')
  t.equal(status, 0)
  t.match(stdout, /idle: 2h # gateway\.yaml:8:3\n/)
  t.match(stdout, /port: 3333 # GATEWAY_PORT\n|port: "3333" # GATEWAY_PORT\n/)
  t.match(stdout, /max: 12h # default\n/)
  t.match(stdout, /X-Api-Key: \(hidden\)/)
  t.notMatch(stdout, /canary/)
  t.notMatch(stdout, secret)
  const json = JSON.parse((await run('print', '--json')).stdout)
  t.match(
    json.find(({ setting }: { setting: string }) => setting === 'session.idle'),
    {
      value: '2h',
      source: 'gateway.yaml:8:3',
    },
  )

  const printed = t.testdir({
    'copy.yaml': stdout
      .replace(/secrets: .*/, `secrets: ${secret}`)
      .replace(/url: \(hidden\).*/, 'url: redis://localhost')
      .replace('clientSecret: (hidden)', 'clientSecret: abc'),
  })
  const copy = loadConfig({ env: {}, file: join(printed, 'copy.yaml') })
  t.match(copy, { listen: { port: 3333 }, session: { idle: 7200, max: 43_200 } })
})

t.test('print and check: secrets of app clients stay hidden, good and bad ones', async t => {
  const client = '{ url: https://app.example.com, clientId: 2example, clientSecret: canarysecret'
  const withClient = (more: string) =>
    yaml.replace('  domain: my-app\n', `  domain: my-app\n  clients: [${client}${more} }]\n`)
  const { stdout } = await command(t, withClient('')).run('print')
  t.match(stdout, /clientId: 2example/)
  t.match(stdout, /clientSecret: \(hidden\)/)
  t.notMatch(stdout, /canary/)
  const bad = await command(
    t,
    withClient(', scopes: email').replace('canarysecret', '"canary-x"'),
  ).run('check')
  t.match(bad.stderr, /cognito\.clients\.0\.clientSecret/)
  t.notMatch(bad.stderr + bad.stdout, /canary/)
})

t.test('schema: editors accept what the gateway accepts', async t => {
  const validate = new Ajv2020({ strict: false, validateFormats: false }).compile(
    settingsJsonSchema(),
  )
  t.ok(validate(parse(yaml)), JSON.stringify(validate.errors))
  for (const [wrong, what] of [
    [yaml.replace('idle:', 'idel:'), 'an unknown setting'],
    [yaml.replace('mode: report', 'mode: reprot'), 'an unknown word'],
    [yaml.replace('groups: [admins]', 'group: [admins]'), 'an unknown requirement'],
    [
      yaml.replace('scopes: [reports/read]', 'scopes: reports/read'),
      'a requirement inside of another',
    ],
    [yaml.replace('access: public', 'access: pubic'), 'an unknown access'],
  ] as const) {
    t.notOk(validate(parse(wrong)), what)
  }
  const { stdout } = await command(t).run('schema')
  t.strictSame(JSON.parse(stdout), JSON.parse(JSON.stringify(settingsJsonSchema())))
})

t.test('explain: route, rule, and what the application gets', async t => {
  const { run } = command(t)
  const explain = async (...words: string[]) => (await run('explain', ...words)).stdout

  const refused = await explain('GET', 'https://app.example.com/admin/users?x=1')
  t.match(refused, /route +routes\.0 \/admin\n/)
  t.match(refused, /✗ groups: admins\n/)
  t.match(refused, /✓ emailDomains: example\.com\n/)
  t.match(refused, /✗ scopes: reports\/read\n/)
  t.match(refused, /decision +refused: 403\n/)
  t.match(refused, /nobody +sent to sign in/)
  t.notMatch(refused, 'gets', 'nothing is forwarded')

  const admitted = await explain(
    'get',
    '/admin',
    '--groups',
    'admins,홍보',
    '--email',
    'j@example.com',
  )
  t.match(admitted, /decision +allowed\n/)
  t.match(admitted, /X-Forwarded-Groups: admins,홍보\n/)
  t.match(admitted, /X-Forwarded-Email: j@example\.com\n/)
  t.match(admitted, /X-Api-Key: \(hidden\)\n/)
  t.notMatch(admitted, /canary/)

  t.match(
    await explain('GET', '/admin', '--groups', 'admins', '--email', 'j@other.example'),
    /refused: 403/,
  )
  t.match(
    await explain(
      'GET',
      '/admin',
      '--groups',
      'admins',
      '--email',
      'j@other.example',
      '--scopes',
      'reports/read',
    ),
    /decision +allowed/,
  )

  const reported = await explain('POST', '/api/x?y=1', '--groups', 'other')
  t.match(reported, /decision +allowed, since mode is report; enforced: refused: 403/)
  t.match(reported, /target +\/x\?y=1\n/)
  t.match(reported, /also +with a session cookie/)

  const nobody = await explain('GET', '/', '--nobody')
  t.match(nobody, /nobody +allowed/)
  t.notMatch(nobody, 'X-Forwarded-User')
  t.match(await explain('GET', '/oauth2/start'), /gateway's own/)
  t.match(
    await explain('GET', '/a/%2e%2e/admin'),
    /refused +400 GW_ERR_TARGET_REFUSED: dot segment/,
  )
  t.match(await explain('GET', 'https://other.example/'), /421 GW_ERR_HOST_UNKNOWN/)

  const json = JSON.parse(await explain('GET', '/admin', '--groups', 'admins', '--json'))
  t.match(json, { route: { position: 0, decision: { outcome: 'allow' }, nobody: 'login' } })
})

t.test('explain: wrong words are said', async t => {
  const { run } = command(t)
  t.match(await run('explain', 'GET', 'nonsense'), { status: 1, stderr: /expected a URL such as/ })
  t.match(await run('explain', 'GET', '/', '--claim', 'x'), {
    status: 2,
    stderr: /expected name=value, not x/,
  })
})
