// Dashboard and alert rules: Prometheus reads them, and what they ask for is there.
import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { request } from 'undici'
import { parse } from 'yaml'
import { errorTable } from '../../src/errors.js'
import { testGateway } from '../fixtures/gateway.js'
import { PlainBrowser } from '../fixtures/plain-browser.js'
import { redisServer } from '../fixtures/redis-server.js'
import { signIn } from '../fixtures/sign-in.js'

const folder = fileURLToPath(new URL('../../deploy/grafana/', import.meta.url))
const read = (file: string) => readFileSync(folder + file, 'utf8')

interface Panel {
  readonly id: number
  readonly type: string
  readonly title: string
  readonly gridPos: {
    readonly h: number
    readonly w: number
    readonly x: number
    readonly y: number
  }
  readonly targets?: readonly { readonly expr: string; readonly refId: string }[]
}

const dashboard = JSON.parse(read('dashboard.json')) as {
  readonly panels: readonly Panel[]
  readonly templating: { readonly list: readonly { readonly name: string }[] }
  readonly annotations: { readonly list: readonly { readonly expr: string }[] }
}
const alerts = parse(read('alerts.yaml')) as {
  readonly groups: readonly { readonly rules: readonly { readonly expr: string }[] }[]
}

/** As Grafana fills them in. */
const fill = (expr: string) =>
  expr.replaceAll('$__rate_interval', '5m').replaceAll('"$job"', '".*"')
const ofDashboard = [
  ...dashboard.panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr)),
  ...dashboard.annotations.list.map(({ expr }) => expr),
].map(fill)
const ofAlerts = alerts.groups.flatMap(({ rules }) => rules.map(({ expr }) => expr))
const expressions = [...ofDashboard, ...ofAlerts]

t.test('the rules are good, and fire when they should', async t => {
  const run = (...words: string[]) => execFileSync('promtool', words, { cwd: folder }).toString()
  t.match(run('check', 'rules', 'alerts.yaml'), /SUCCESS: \d+ rules found/)
  t.match(run('test', 'rules', '../../test/deploy/alerts.yaml'), 'SUCCESS')
})

t.test('Prometheus reads every query of the dashboard', async t => {
  const rules = ofDashboard.map((expr, at) => ({ record: `panel:${at}`, expr }))
  const file = `${t.testdir()}/rules.json`
  writeFileSync(file, JSON.stringify({ groups: [{ name: 'dashboard', rules }] }))
  t.match(execFileSync('promtool', ['check', 'rules', file]).toString(), 'SUCCESS')
  const wrong = `${t.testdir()}/wrong.json`
  const bad = [{ record: 'panel:0', expr: 'rate(x[5m]' }]
  writeFileSync(wrong, JSON.stringify({ groups: [{ name: 'dashboard', rules: bad }] }))
  t.not(spawnSync('promtool', ['check', 'rules', wrong]).status, 0, 'it would say so')
})

t.test('every metric and error code that they name is there', async t => {
  const redis = await redisServer(t)
  const { url, adminUrl } = await testGateway(t, {
    settings: { session: { store: 'redis', redis: { url: redis.url } } },
  })
  const browser = new PlainBrowser()
  await browser.visit(`${url}/oauth2/callback?error=access_denied&state=x`)
  await signIn(browser, `${url}/`)
  const answer = await request(`${adminUrl}/metrics`)
  const text = await answer.body.text()
  const known = new Set([...text.matchAll(/^([a-z_0-9]+)[{ ]/gm)].map(([, name]) => name))
  const named = expressions.flatMap(expr => [
    ...expr.matchAll(/\b(?:cognito_gateway|process|nodejs)_[a-z_0-9]+/g),
  ])
  t.ok(named.length > 30)
  for (const [name] of named) t.ok(known.has(name), name)
  for (const [code] of expressions.join('\n').matchAll(/GW_ERR_\w+/g))
    t.ok(code in errorTable, code)
  // Labels too: `{step="refused"}` of a metric that has no such label is never true.
  for (const [, name = '', label = '', value = ''] of expressions
    .join('\n')
    .matchAll(/(cognito_gateway_\w+)\{(?:job=~"[^"]*",)?(\w+)="([^"]*)"/g)) {
    const sample = new RegExp(`^${name}\\{[^}]*${label}="${value}"`, 'm')
    t.match(text, sample, `${name} ${label} ${value}`)
  }
  const checked = spawnSync('promtool', ['check', 'metrics'], { input: text })
  t.equal(checked.status, 0, checked.stderr.toString())
})

t.test('panels have numbers of their own and lie beside one another', async t => {
  const { panels, templating } = dashboard
  t.equal(new Set(panels.map(({ id }) => id)).size, panels.length)
  t.strictSame(
    templating.list.map(({ name }) => name),
    ['datasource', 'job'],
  )
  const taken = new Set<string>()
  for (const { title, gridPos } of panels) {
    t.ok(gridPos.x + gridPos.w <= 24, title)
    for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
      for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
        t.notOk(taken.has(`${x} ${y}`), `${title} covers another`)
        taken.add(`${x} ${y}`)
      }
    }
  }
})
