// Which language a page is in.
import Negotiator from 'negotiator'
import { type Language, textsByLanguage } from './table.js'

const languages = Object.keys(textsByLanguage) as [Language, ...Language[]]

/**
 * The language that was asked for, else the best of `Accept-Language` (RFC 9110 section 12.5.4), else English.
 *
 * @param asked  value of `lang=`, which counts only when it is a language of ours
 */
export function chooseLanguage(
  acceptLanguage: string | undefined,
  asked: string | null = null,
): Language {
  const named = languages.find(language => language === asked?.toLowerCase())
  if (named !== undefined) return named
  const headers = { 'accept-language': acceptLanguage?.slice(0, maxLength) }
  const best = new Negotiator({ headers }).language(languages)
  return languages.find(language => language === best) ?? languages[0]
}

/** More is no browser's wish. */
const maxLength = 200
