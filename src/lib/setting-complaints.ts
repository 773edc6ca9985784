// What is wrong with a setting, in a line that names it, shows what was seen, and gives an example.
import type { z } from 'zod'
import type { SettingLeaf, SettingTree } from './setting-sources.js'

/** One complaint of the schema as one line, or as a line for each unknown key. */
export function describeIssue(
  issue: z.core.$ZodIssue,
  given: SettingTree,
  leaves: readonly SettingLeaf[],
): string {
  const path = issue.path.map(String)
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map(key => describeUnknown(path, key, leaves)).join('\n  - ')
  }
  const leaf = leaves.find(({ yaml }) => `${path.join('.')}.`.startsWith(`${yaml}.`))
  const { example, secret = false } = leaf?.schema.meta() ?? {}
  const name = `${path.join('.')}${leaf?.env === undefined ? '' : ` (${leaf.env})`}`
  const hidden = secret || (issue.code === 'custom' && issue.params?.secret === true)
  const shown = example === undefined ? '' : `; example: ${print(example)}`
  return `${name}: ${describeSeen(issue, valueAt(given, path), hidden)}${shown}`
}

function describeSeen(issue: z.core.$ZodIssue, value: unknown, secret: boolean): string {
  if (value === undefined) return issue.code === 'custom' ? issue.message : 'is missing'
  return `${issue.message}${secret ? '' : `, seen: ${print(value).slice(0, 120)}`}`
}

function describeUnknown(
  path: readonly string[],
  key: string,
  leaves: readonly SettingLeaf[],
): string {
  const prefix = path.map(part => `${part}.`).join('')
  const names = leaves
    .filter(({ yaml }) => yaml.startsWith(prefix))
    .map(({ yaml }) => yaml.slice(prefix.length).split('.')[0])
  const known = names.length === 0 ? '' : `; there are: ${[...new Set(names)].join(', ')}`
  return `${prefix}${key}: there is no such setting${known}`
}

function print(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** What stands at a path, or at the last part of it that is there: a list may have come as text. */
function valueAt(tree: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((branch, key) => {
    if (typeof branch !== 'object' || branch === null) return branch
    return Object.hasOwn(branch, key) ? (branch as Record<string, unknown>)[key] : undefined
  }, tree)
}
