// What is wrong with a setting, in a line that names it, shows what was seen, and gives an example.
import type { z } from 'zod'
import type { SettingLeaf, SettingTree } from './setting-sources.js'
import { suggest } from './suggestion.js'

/** What is wrong, and with which setting. */
export interface Complaint {
  readonly path: readonly PropertyKey[]
  readonly text: string
}

/** A complaint of the schema as lines: one, or one for each unknown key. */
export function describeIssue(
  issue: z.core.$ZodIssue,
  given: SettingTree,
  leaves: readonly SettingLeaf[],
): Complaint[] {
  const path = issue.path.map(String)
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map(key => ({
      path: [...path, key],
      text: describeUnknown(path, key, leaves),
    }))
  }
  const leaf = leafOf(path, leaves)
  const { example, secret = false } = leaf?.schema.meta() ?? {}
  const name = `${path.join('.')}${leaf?.env === undefined ? '' : ` (${leaf.env})`}`
  const hidden = secret || (issue.code === 'custom' && issue.params?.secret === true)
  const shown = example === undefined ? '' : `; example: ${print(example)}`
  const text = `${name}: ${describeSeen(issue, valueAt(given, path), hidden)}${shown}`
  return [{ path, text }]
}

/** The innermost setting that a path leads into. */
function leafOf(path: readonly string[], leaves: readonly SettingLeaf[]): SettingLeaf | undefined {
  const place = `${anyItem(path).join('.')}.`
  return leaves.findLast(({ yaml }) => place.startsWith(`${yaml}.`))
}

/** `routes.3.path` as `routes.*.path`. */
function anyItem(path: readonly string[]): string[] {
  return path.map(part => (/^\d+$/.test(part) ? '*' : part))
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
  const dotted = (parts: readonly string[]) => parts.map(part => `${part}.`).join('')
  const above = dotted(anyItem(path))
  const names = leaves
    .filter(({ yaml }) => yaml.startsWith(above))
    .map(({ yaml }) => yaml.slice(above.length).split('.')[0])
  const known = [...new Set(names)].filter(name => name !== undefined)
  const list = known.length === 0 ? '' : `; there are: ${known.join(', ')}`
  return `${dotted(path)}${key}: there is no such setting${suggest(key, known)}${list}`
}

function print(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** What stands at a path, or at the last part of it that is there: a list may have come as text. */
export function valueAt(tree: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((branch, key) => {
    if (typeof branch !== 'object' || branch === null) return branch
    return Object.hasOwn(branch, key) ? (branch as Record<string, unknown>)[key] : undefined
  }, tree)
}
