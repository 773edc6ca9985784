// A settings file in YAML: what it says and on which line, and settings written as one.
import { readFileSync } from 'node:fs'
import {
  Document,
  isAlias,
  isCollection,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
} from 'yaml'
import { isTree, type SettingTree } from './setting-sources.js'

/** A file that was read. */
export interface SettingsFile {
  readonly tree: SettingTree
  /** `FILE:LINE:COLUMN` of a setting, or of the nearest thing around it; null when nothing of it stands there. */
  readonly placeOf: (path: readonly PropertyKey[]) => string | null
}

const nothing: SettingsFile = { tree: {}, placeOf: () => null }

/** Reads a settings file. What keeps it from being read becomes a complaint. */
export function readSettingsFile(file: string, complaints: string[]): SettingsFile {
  const lines = new LineCounter()
  try {
    const document = parseDocument(readFileSync(file, 'utf8'), { lineCounter: lines })
    if (document.errors.length > 0) {
      complaints.push(...document.errors.map(({ message }) => `${file}: ${message}`))
      return nothing
    }
    const tree: unknown = document.toJS() ?? {}
    if (!isTree(tree)) {
      complaints.push(`${file}: expected settings by name at the top`)
      return nothing
    }
    return {
      tree,
      placeOf(path) {
        const offset = offsetOf(document, path)
        if (offset === null) return null
        const { line, col } = lines.linePos(offset)
        return `${file}:${line}:${col}`
      },
    }
  } catch (error) {
    complaints.push(`${file}: cannot be read (${(error as NodeJS.ErrnoException).code})`)
    return nothing
  }
}

/** Where the last part of a path begins that is there. */
function offsetOf(document: Document, path: readonly PropertyKey[]): number | null {
  let node: unknown = document.contents
  let offset: number | null = null
  for (const key of path) {
    const below = step(isAlias(node) ? node.resolve(document) : node, String(key))
    if (below === null) return offset
    offset = below.offset
    node = below.node
  }
  return offset
}

function step(node: unknown, key: string): { node: unknown; offset: number } | null {
  if (isSeq(node)) {
    const item = node.items[Number(key)] as { range?: [number] } | undefined
    return item?.range === undefined ? null : { node: item, offset: item.range[0] }
  }
  if (!isMap(node)) return null
  const pair = node.items.find(({ key: name }) => isScalar(name) && String(name.value) === key)
  const range = isScalar(pair?.key) ? pair.key.range : undefined
  return pair === undefined || range == null ? null : { node: pair.value, offset: range[0] }
}

/** A setting in force. */
export interface ShownSetting {
  /** Path in the file, with dots. */
  readonly setting: string
  readonly value: unknown
  /** `default`, `FILE:LINE:COLUMN`, or the name of a variable. */
  readonly source: string
}

/** Settings as a file in YAML, with these lines of comment at its head. */
export function toSettingsText(tree: SettingTree, head: readonly string[]): string {
  const comments = head.map(line => `# ${line}\n`).join('')
  return comments + new Document(tree).toString({ lineWidth: 0 })
}

/** Settings as a file in YAML, each with a comment that says where it comes from. */
export function renderSettings(settings: readonly ShownSetting[]): string {
  const document = new Document({})
  for (const { setting, value, source } of settings) {
    const node = document.createNode(value)
    if (isCollection(node) && node.items.every(item => isScalar(item))) node.flow = true
    if (isCollection(node) && !node.flow) node.commentBefore = ` ${source}`
    else node.comment = ` ${source}`
    document.setIn(setting.split('.'), node)
  }
  return document.toString({ lineWidth: 0 })
}
