// The README says what the code says: settings, URLs and error codes, both ways.
import { readFileSync } from 'node:fs'
import t from 'tap'
import { parse } from 'yaml'
import { withTables } from '../scripts/readme.js'
import { listSettings, loadConfig, type SettingSources } from '../src/config.js'
import { urlTable } from '../src/endpoints/paths.js'
import { errorTable, SettingsRefused } from '../src/errors.js'
import { generateSecret } from '../src/lib/keyring.js'
import { mergeTrees, type SettingTree } from '../src/lib/setting-sources.js'
import { clientSecret, secret } from './fixtures/gateway.js'
import { commandsBelow } from './fixtures/readme-commands.js'

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')

t.test('the tables are those of the code', async t => {
  t.equal(withTables(readme), readme, 'npm run docs writes them')
})

t.test('every row of a table says what it is', async t => {
  const rows = readme.split('\n').filter(line => line.startsWith('| `'))
  t.ok(rows.length > 150)
  for (const row of rows) t.notMatch(row, /\|\s*\|$/, row)
})

t.test('every setting, URL and error code that the README names anywhere exists', async t => {
  const variables = new Set(listSettings().flatMap(({ env }) => (env === undefined ? [] : [env])))
  for (const [name] of readme.matchAll(/\b(?:GATEWAY|COGNITO)_[A-Z_]+\b/g)) {
    t.ok(variables.has(name.replace(/_FILE$/, '')), name)
  }
  for (const [code] of readme.matchAll(/\bGW_ERR_[A-Z_]+\b/g)) t.ok(code in errorTable, code)
  const urls = new Set<string>(
    Object.values(urlTable).map(url => ('isAbsolute' in url ? url.path : `/oauth2${url.path}`)),
  )
  for (const [url] of readme.matchAll(/(?<![\w.])\/oauth2\/[a-z_-]+/g)) {
    t.ok(urls.has(url) || cognitoUrls.has(url), url)
  }
})

t.test('every script that the README runs exists', async t => {
  const { scripts } = JSON.parse(
    readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
  ) as { scripts: Record<string, string> }
  for (const [, script = ''] of readme.matchAll(/npm run ([a-z:]+)/g))
    t.ok(script in scripts, script)
})

const cognito = {
  userPoolId: 'eu-west-1_AbCdEfGhI',
  clientId: '1example23456789',
  domain: 'my-app',
}

/** Of the settings, what is wrong but for files that only the reader's machine has. */
function complaintsOf(sources: SettingSources): string[] {
  try {
    loadConfig(sources)
    return []
  } catch (error) {
    if (!(error instanceof SettingsRefused)) throw error
    return error.complaints.filter(one => !/ENOENT|no such file|cannot be read/i.test(one))
  }
}

t.test('settings in the README pass our own check', async t => {
  const blocks = [...readme.matchAll(/^```yaml\n(.*?)^```/gms)].map(([, text = '']) => text)
  t.ok(blocks.length >= 8)
  for (const text of blocks) {
    const written = parse(text)
    const tree: SettingTree = Array.isArray(written) ? { routes: written } : written
    const upstream = 'routes' in tree ? {} : { upstream: 'http://localhost:8080' }
    const base = mergeTrees(
      { url: 'https://app.example.com', secrets: secret, cognito, ...upstream },
      tree,
    )
    t.strictSame(complaintsOf({ env: {}, base }), [], text)
  }
  const wrong = { url: 'https://app.example.com', secrets: secret, cognito, upstream: 'nowhere' }
  t.equal(complaintsOf({ env: {}, base: wrong }).length, 1, 'it would say so')
})

t.test('the variables in front of an application are all that it takes', async t => {
  const lines = commandsBelow('## Put it in front of your application')
  const exported = lines.flatMap(({ line }) => [...line.matchAll(/^export (\w+)=(.*)$/g)])
  const folder = t.testdir({ 'cognito-client-secret': clientSecret })
  const env = Object.fromEntries(
    exported.map(([, name = '', value = '']) => [
      name,
      value
        .replace('/run/secrets', folder)
        .replace('$(npx cognito-gateway keygen)', generateSecret()),
    ]),
  )
  t.equal(exported.length, 7)
  const config = loadConfig({ env })
  t.strictSame(config.url, ['https://app.example.com'])
  t.strictSame(config.cognito.clientSecret, [clientSecret])
  t.equal(config.routes[0]?.upstream, 'http://localhost:8080')
})

/** Cognito's own URLs, and AWS ALB's callback. */
const cognitoUrls = new Set([
  '/oauth2/authorize',
  '/oauth2/idpresponse',
  '/oauth2/revoke',
  '/oauth2/token',
])
