// Secrets that are named and not given: `aws-sm:NAME`, `aws-ssm:NAME`. What they name is put in their place before the
// settings are checked, so that everything after it knows values alone.
import { valueAt } from './setting-complaints.js'
import { isTree, type SettingLeaf, type SettingTree } from './setting-sources.js'

/** Where something is kept, and what it is called there. */
export interface Reference {
  readonly kind: 'aws-sm' | 'aws-ssm'
  /** Name or ARN. */
  readonly name: string
  /** Field of a value that is JSON; null for all of it. */
  readonly field: string | null
}

/** Looks a secret up. Rejects with an Error in words for whoever runs the gateway. */
export type LookUp = (reference: Reference) => Promise<string>

/** A reference that could not be followed. */
export interface BrokenReference {
  readonly path: readonly string[]
  readonly text: string
}

const pattern = /^(aws-sm|aws-ssm):([^#\s]+)(?:#(\S+))?$/

/** Null for a value that is one itself. */
export function parseReference(text: string): Reference | null {
  const [, kind, name, field = null] = pattern.exec(text.trim()) ?? []
  if (kind === undefined || name === undefined) return null
  return { kind: kind as Reference['kind'], name, field }
}

/**
 * The settings with what their references name; each is looked up once.
 *
 * Only settings that are secrets are looked at; in a list each item may be a reference.
 */
export async function followReferences(
  tree: SettingTree,
  leaves: readonly SettingLeaf[],
  lookUp: LookUp,
): Promise<{ tree: SettingTree; broken: BrokenReference[] }> {
  const known = new Map<string, Promise<string>>()
  const broken: BrokenReference[] = []
  let followed = tree

  function follow(item: string): Promise<string> {
    const reference = parseReference(item)
    if (reference === null) return Promise.resolve(item)
    const text = item.trim()
    const found = known.get(text) ?? lookUp(reference).then(value => value.trim())
    known.set(text, found)
    return found
  }

  const secrets = leaves.filter(({ schema }) => schema.meta()?.secret === true)
  for (const { yaml, env } of secrets) {
    const path = yaml.split('.')
    const items = itemsOf(valueAt(tree, path))
    if (!items.some(item => parseReference(item) !== null)) continue
    try {
      const values = await Promise.all(items.map(follow))
      followed = put(followed, path, values.join(','))
    } catch (error) {
      const name = env === undefined ? yaml : `${yaml} (${env})`
      broken.push({ path, text: `${name}: ${(error as Error).message}` })
    }
  }
  return { tree: followed, broken }
}

/** A list, or text that separates its items as lists of settings do. */
function itemsOf(value: unknown): string[] {
  if (typeof value === 'string') return value.split(/[\s,]+/).filter(item => item !== '')
  return Array.isArray(value) ? value.filter(item => typeof item === 'string') : []
}

function put(tree: SettingTree, [first = '', ...rest]: readonly string[], value: string) {
  const inner = tree[first]
  const changed: unknown = rest.length === 0 ? value : put(isTree(inner) ? inner : {}, rest, value)
  return { ...tree, [first]: changed }
}
