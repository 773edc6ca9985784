// The languages of the gateway's pages. Another one is another line.
import { en } from './en.js'
import { ja } from './ja.js'
import { ko } from './ko.js'
import type { Texts } from './texts.js'

/** Texts by language tag (RFC 5646); the first is for everybody else. */
export const textsByLanguage = { en, ko, ja } as const satisfies Record<string, Texts>

/** A language that the pages speak. */
export type Language = keyof typeof textsByLanguage
