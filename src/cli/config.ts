// cognito-gateway config check, print, schema: settings before anything is started with them.
import { settingsJsonSchema } from '../config/json-schema.js'
import { type GivenSettings, gatherSettings, listRouteSettings, listSettings } from '../config.js'
import { SettingsRefused } from '../errors.js'
import { valueAt } from '../lib/setting-complaints.js'
import { renderSettings, type ShownSetting } from '../lib/setting-file.js'
import { defaultOf } from '../lib/setting-sources.js'
import { loadSettings } from './load-settings.js'
import { findSettingsFile } from './settings-file.js'

/** What the command line may say. */
export interface ConfigOptions {
  readonly config?: string
  readonly json?: boolean
}

/** Says that all is well. @throws SettingsRefused with every complaint; with `json` they are the answer */
export async function checkConfig({ config: named, json }: ConfigOptions): Promise<number> {
  const file = findSettingsFile(named)
  try {
    await loadSettings({ env: process.env, file })
  } catch (error) {
    if (!json || !(error instanceof SettingsRefused)) throw error
    print(JSON.stringify({ ok: false, complaints: error.complaints }, null, 2))
    return 2
  }
  print(
    json
      ? JSON.stringify({ ok: true, complaints: [] })
      : `${file ?? 'the environment'}: nothing is wrong`,
  )
  return 0
}

/** Prints every setting in force with its source, as a file that could be used; what is secret stays hidden. */
export async function printConfig({ config: named, json }: ConfigOptions): Promise<void> {
  const sources = { env: process.env, file: findSettingsFile(named) }
  const shown = showSettings(gatherSettings(sources, []))
  print(json ? JSON.stringify(shown, null, 2) : renderSettings(shown).trimEnd())
  // What is wrong is said after what is there.
  await loadSettings(sources)
}

/** Prints the JSON Schema of gateway.yaml, for editors. */
export function printSchema(): void {
  print(JSON.stringify(settingsJsonSchema(), null, 2))
}

const hidden = '(hidden)'

function showSettings({ tree, sourceOf }: GivenSettings): ShownSetting[] {
  return listSettings().flatMap(({ yaml, schema }) => {
    const path = yaml.split('.')
    const given = valueAt(tree, path)
    const value = given ?? defaultOf(schema)
    if (value === undefined) return []
    const isSecret = schema.meta()?.secret === true
    const shown = showers[yaml]?.(value) ?? (isSecret ? hidden : value)
    const source = given === undefined ? 'default' : (sourceOf(path) ?? 'default')
    return [{ setting: yaml, value: shown, source }]
  })
}

/** Lists, without what is secret in their items. */
const showers: Readonly<Record<string, (value: unknown) => unknown>> = {
  'cognito.clients': clients =>
    Array.isArray(clients) ? clients.map(client => hide(client, ['clientSecret'])) : hidden,
  routes: withoutSecrets,
}

/** Routes, without what they put into headers and the files of their TLS. */
function withoutSecrets(routes: unknown): unknown {
  if (!Array.isArray(routes)) return routes
  const secret = listRouteSettings().filter(({ schema }) => schema.meta()?.secret === true)
  return routes.map(route =>
    secret.reduce((shown, { yaml }) => hide(shown, yaml.split('.')), route),
  )
}

function hide(tree: unknown, [first = '', ...rest]: readonly string[]): unknown {
  if (typeof tree !== 'object' || tree === null || !Object.hasOwn(tree, first)) return tree
  const inner = (tree as Record<string, unknown>)[first]
  return { ...tree, [first]: rest.length === 0 ? hideValues(inner) : hide(inner, rest) }
}

/** Names stay, values go. */
function hideValues(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return hidden
  return Object.fromEntries(Object.keys(value).map(name => [name, hidden]))
}

function print(text: string): void {
  process.stdout.write(`${text}\n`)
}
