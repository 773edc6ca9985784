// Renders the README's tables from the code that they describe. `npm run docs` writes them into README.md
// between their markers, and docs/errors.md; test/readme.test.ts and test/docs.test.ts fail while the two differ.
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { listRouteSettings, listSettings } from '../src/config.js'
import { urlTable } from '../src/endpoints/paths.js'
import { errorTable } from '../src/errors.js'
import { defaultOf } from '../src/lib/setting-sources.js'
import { renderErrorsPage } from './errors-page.js'

const readme = fileURLToPath(new URL('../README.md', import.meta.url))
const errorsPage = fileURLToPath(new URL('../docs/errors.md', import.meta.url))

/** The tables by the name of their marker. */
export function renderTables(): Record<string, string> {
  return { settings: settings(), routes: routes(), urls: urls(), errors: errors() }
}

/** README.md with the text between each pair of markers replaced. */
export function withTables(text: string): string {
  return Object.entries(renderTables()).reduce((result, [name, table]) => {
    const marked = new RegExp(`(<!-- ${name} -->\n)[^]*?(<!-- /${name} -->)`)
    if (!marked.test(result)) throw new Error(`README.md has no markers for ${name}`)
    return result.replace(marked, (_, open: string, close: string) => `${open}${table}${close}`)
  }, text)
}

type Schema = ReturnType<typeof listSettings>[number]['schema']

function settings(): string {
  const rows = listSettings().map(({ yaml, env, schema }) => [
    env === undefined ? '' : `\`${env}\``,
    `\`${yaml}\``,
    shownDefault(schema),
    meaningOf(schema),
  ])
  return table(['environment', 'gateway.yaml', 'default', 'meaning'], rows)
}

function routes(): string {
  const rows = listRouteSettings().map(({ yaml, schema }) => [
    `\`${yaml}\``,
    shownDefault(schema),
    meaningOf(schema),
  ])
  return table(['key', 'default', 'meaning'], rows)
}

function meaningOf(schema: Schema): string {
  const { description = '', example } = schema.meta() ?? {}
  return `${description}${example === undefined ? '' : ` Example: \`${plain(example)}\``}`
}

function shownDefault(schema: Schema): string {
  if (schema.safeParse(undefined).success === false) return 'required'
  const given = defaultOf(schema)
  return given === undefined ? '' : `\`${plain(given)}\``
}

function plain(value: unknown): string {
  return typeof value === 'string' ? value.replaceAll('`', '') : JSON.stringify(value)
}

function urls(): string {
  const rows = Object.values(urlTable).map(({ method, what, ...url }) => [
    `\`${method} ${urlOf(url)}\``,
    what,
  ])
  return table(['URL', 'what'], rows)
}

interface UrlRow {
  path: string
  isAbsolute?: boolean
  below?: string
}

function urlOf({ path, isAbsolute, below = '' }: UrlRow): string {
  return (isAbsolute ? path : `/oauth2${path}`) + below
}

function errors(): string {
  const rows = Object.entries(errorTable).map(([code, { status, hint }]) => [
    `\`${code}\``,
    String(status),
    hint,
  ])
  return table(['code', 'status', 'what it means to the operator'], rows)
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, head.map(() => '---'), ...rows]
  return lines
    .map(cells => `| ${cells.map(cell => cell.replaceAll('|', '\\|')).join(' | ')} |\n`)
    .join('')
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(readme, withTables(readFileSync(readme, 'utf8')))
  writeFileSync(errorsPage, renderErrorsPage())
}
