// The settings as JSON Schema (draft 2020-12), with which editors complete and check gateway.yaml.
import * as z from 'zod'
import { accessRule, accessWords } from '../access/settings.js'
import { settingsSchema } from '../config.js'

type Schema = Record<string, unknown>

const ruleName = 'accessRule'

/** What may stand in gateway.yaml. Nothing is required that the environment can give. */
export function settingsJsonSchema(): Schema {
  const schema = tidy(render(settingsSchema)) as Schema
  const rule = JSON.parse(
    JSON.stringify(render(accessRule)).replaceAll('"$ref":"#"', `"$ref":"#/$defs/${ruleName}"`),
  ) as Schema
  delete rule.$schema
  return {
    ...schema,
    title: 'Settings of cognito-gateway',
    // What stands in itself, such as rules in rules, zod names on its own.
    $defs: { ...(schema.$defs as Schema | undefined), [ruleName]: rule },
  }
}

function render(schema: z.ZodType): Schema {
  return z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Schema
}

/** `example` under the name that JSON Schema has for it, and without our own notes. */
function tidy(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(tidy)
  if (typeof node !== 'object' || node === null) return node
  const { example, env, secret: _, properties, required, ...rest } = node as Schema
  return {
    ...tidyValues(rest),
    ...(example !== undefined && { examples: [example] }),
    ...(env !== undefined && { $comment: `also by the environment: ${env}` }),
    ...(properties !== undefined && { properties: tidyProperties(properties as Schema) }),
    ...(Array.isArray(required) && { required: stillRequired(required, properties as Schema) }),
  }
}

function tidyValues(rest: Schema): Schema {
  return Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, tidy(value)]))
}

/** Rules may stand in each other, which their own check for depth hides from the schema. */
function tidyProperties(properties: Schema): Schema {
  return Object.fromEntries(
    Object.entries(properties).map(([name, property]) => {
      const tidied = tidy(property) as Schema
      const isAccess = name === 'access' && tidied.type === undefined && tidied.anyOf === undefined
      return [name, isAccess ? { ...tidied, ...accessSchema } : tidied]
    }),
  )
}

const accessSchema = { anyOf: [{ enum: accessWords }, { $ref: `#/$defs/${ruleName}` }] }

function stillRequired(required: readonly string[], properties: Schema): readonly string[] {
  return required.filter(name => {
    const { env, required: inner } = (properties[name] ?? {}) as Schema
    return env === undefined && inner === undefined
  })
}
