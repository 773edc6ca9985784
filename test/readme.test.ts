// The README says what the code says: settings, URLs and error codes, both ways.
import { readFileSync } from 'node:fs'
import t from 'tap'
import { withTables } from '../scripts/readme.js'
import { listSettings } from '../src/config.js'
import { urlTable } from '../src/endpoints/paths.js'
import { errorTable } from '../src/errors.js'

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

/** Cognito's own URLs, and AWS ALB's callback. */
const cognitoUrls = new Set([
  '/oauth2/authorize',
  '/oauth2/idpresponse',
  '/oauth2/revoke',
  '/oauth2/token',
])
