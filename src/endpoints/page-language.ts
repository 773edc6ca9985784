// Which language a page of ours is in.
import type { FastifyRequest } from 'fastify'
import { chooseLanguage } from '../texts/language.js'
import type { Language } from '../texts/table.js'

/** By `lang=` of the URL, else by `Accept-Language`. */
export function languageOf({ headers, target }: FastifyRequest): Language {
  return chooseLanguage(headers['accept-language'], new URLSearchParams(target.query).get('lang'))
}
