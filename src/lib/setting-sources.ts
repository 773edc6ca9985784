// Where settings come from: the environment, as a tree in the shape of the file, and what is laid over what.
import { readFileSync } from 'node:fs'
import * as z from 'zod'
import { suggest } from './suggestion.js'

/** Settings as given: nothing is checked yet. */
export type SettingTree = Readonly<Record<string, unknown>>

/** Variables of a process. */
export type Environment = Readonly<Record<string, string | undefined>>

/** One setting with the names it goes by. */
export interface SettingLeaf {
  /** Path in the file, with dots. */
  readonly yaml: string
  readonly env: string | undefined
  readonly schema: z.ZodType
}

/** Variables of the platform that stand in for one of ours. */
const standIns: Readonly<Record<string, string>> = { GATEWAY_PORT: 'PORT' }

/** The leaves of a schema, in its order. */
export function settingLeaves(schema: z.ZodType, path: readonly string[] = []): SettingLeaf[] {
  const inner = innermost(schema)
  if (inner instanceof z.ZodObject) {
    return Object.entries(inner.shape as Record<string, z.ZodType>).flatMap(([key, child]) =>
      settingLeaves(child, [...path, key]),
    )
  }
  return [{ yaml: path.join('.'), env: schema.meta()?.env, schema }]
}

/** What a setting is when it is not given, as it would be written; undefined where there is nothing. */
export function defaultOf(schema: z.ZodType): unknown {
  return (schema.def as { defaultValue?: unknown }).defaultValue
}

/** Without defaults around it, so that an object shows its keys. */
function innermost(schema: z.ZodType): z.ZodType {
  const wrapped = schema instanceof z.ZodPrefault || schema instanceof z.ZodDefault
  return wrapped ? innermost(schema.unwrap() as z.ZodType) : schema
}

/**
 * The settings that the environment gives.
 *
 * `NAME_FILE` reads the value of `NAME` from a file, without the white space around it.
 */
export function readEnvironment(
  leaves: readonly SettingLeaf[],
  env: Environment,
  complaints: string[],
): SettingTree {
  complaints.push(...unknownVariables(leaves, env))
  return leaves
    .map(({ yaml, env: name }) => {
      const value = name === undefined ? undefined : readVariable(name, env, complaints)
      return value === undefined ? {} : nest(yaml.split('.'), value)
    })
    .reduce(mergeTrees, {})
}

/** Both trees; where they meet the second wins. */
export function mergeTrees(first: SettingTree, second: SettingTree): SettingTree {
  const merged: Record<string, unknown> = { ...first }
  for (const [key, value] of Object.entries(second)) {
    const before = merged[key]
    merged[key] = isTree(before) && isTree(value) ? mergeTrees(before, value) : value
  }
  return merged
}

/** Variables that look like ours and are none: most likely misspelt. */
function unknownVariables(leaves: readonly SettingLeaf[], env: Environment): string[] {
  const known = new Set(leaves.flatMap(({ env: name }) => (name ? [name, `${name}_FILE`] : [])))
  return Object.keys(env)
    .filter(
      name => /^(?:GATEWAY|COGNITO)_/.test(name) && !known.has(name) && !serviceLink.test(name),
    )
    .map(
      name =>
        `${name}: there is no such setting${suggest(name, [...known])}; the README lists them`,
    )
}

/** What Kubernetes adds for a service that happens to be called `gateway`. */
const serviceLink = /_SERVICE_(?:HOST|PORT)|_PORT_\d+_(?:TCP|UDP)/

/** The variable that a setting is read from: the name itself, one that stands in for it, or `NAME_FILE`. */
export function variableOf(name: string, env: Environment): string | undefined {
  const names = [name, standIns[name], `${name}_FILE`]
  return names.find(candidate => candidate !== undefined && (env[candidate] ?? '') !== '')
}

function readVariable(name: string, env: Environment, complaints: string[]): string | undefined {
  const value = env[name] ?? env[standIns[name] ?? '']
  if (value !== undefined && value !== '') return value.trim()
  const file = env[`${name}_FILE`]
  if (file === undefined || file === '') return undefined
  try {
    return readFileSync(file, 'utf8').trim()
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    complaints.push(`${name}_FILE: ${file} cannot be read (${code})`)
    return undefined
  }
}

function nest([first = '', ...rest]: string[], value: unknown): SettingTree {
  return { [first]: rest.length === 0 ? value : nest(rest, value) }
}

/** Whether something has settings by name. */
export function isTree(value: unknown): value is SettingTree {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
