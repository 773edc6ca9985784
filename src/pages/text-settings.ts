// Texts of the operator's own, by the same names as ours.
import * as z from 'zod'
import { type Language, textsByLanguage } from '../texts/table.js'
import type { Texts } from '../texts/texts.js'

/** Some of the texts of one language. */
export type TextChanges = { readonly [Key in keyof Texts]?: unknown }

const textSetting = z.string().min(1).max(1000)

/** `{ ko: { signedOut: { title: … } } }`: every key has to be one of ours. */
export const textSettings: z.ZodType<Partial<Record<Language, TextChanges>>> = z.strictObject(
  Object.fromEntries(
    Object.entries(textsByLanguage).map(([language, texts]) => [
      language,
      partsOf(texts).optional(),
    ]),
  ),
) as never

function partsOf(node: object): z.ZodObject {
  const shape: Record<string, z.ZodType> = {}
  for (const [key, value] of Object.entries(node) as [string, unknown][]) {
    // Hints are for operators; a status is no text.
    if (typeof value === 'string' && key !== 'hint') shape[key] = textSetting.optional()
    else if (typeof value === 'object' && value !== null) shape[key] = partsOf(value).optional()
  }
  return z.strictObject(shape)
}

/** Our texts with these in their place. */
export function withTexts<Node extends object>(ours: Node, changes: object | undefined): Node {
  if (changes === undefined) return ours
  const entries = Object.entries(changes).map(([key, value]: [string, unknown]) => {
    const before = (ours as Record<string, unknown>)[key]
    const isGroup = typeof value === 'object' && value !== null && typeof before === 'object'
    return [key, isGroup ? withTexts(before as object, value as object) : value]
  })
  return { ...ours, ...Object.fromEntries(entries) }
}
