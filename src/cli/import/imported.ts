// What comes out of another gateway's settings: ours, and what has to be said about the rest.
import { mergeTrees, type SettingTree } from '../../lib/setting-sources.js'

/** Settings in the shape of gateway.yaml, nothing checked yet, and a line for each thing that has no counterpart. */
export interface Imported {
  readonly settings: SettingTree
  readonly notes: readonly string[]
}

/** One after the other; later settings win. */
export function joinImported(parts: readonly Imported[]): Imported {
  return {
    settings: parts.map(({ settings }) => settings).reduce(mergeTrees, {}),
    notes: parts.flatMap(({ notes }) => notes),
  }
}

/** One setting by its path with dots. */
export function setting(path: string, value: unknown): Imported {
  const tree = path.split('.').reduceRight<unknown>((inner, key) => ({ [key]: inner }), value)
  return { settings: tree as SettingTree, notes: [] }
}

/** A line for what has no counterpart. */
export function note(text: string): Imported {
  return { settings: {}, notes: [text] }
}

export const nothing: Imported = { settings: {}, notes: [] }
