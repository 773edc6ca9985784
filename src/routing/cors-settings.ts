// What a route may say of pages of other origins.
import * as z from 'zod'
import { durationSetting } from '../lib/setting-types.js'

const token = /^[\w!#$%&'*+.^`|~-]+$/

const origin = z
  .string()
  .refine(isOriginOrAny, 'expected an origin such as https://spa.example.com')

const permission = z
  .strictObject({
    origins: z.array(origin).min(1),
    credentials: z.boolean().default(true),
    methods: z.array(z.string().regex(token)).min(1).optional(),
    headers: z.array(z.string().regex(token)).default(['Authorization', 'Content-Type']),
    expose: z.array(z.string().regex(token)).default([]),
    maxAge: durationSetting(0, 86_400).prefault('10m'),
  })
  .refine(({ origins, credentials }) => !(credentials && origins.includes('*')), {
    path: ['origins'],
    message: 'every origin (*) is only possible with credentials: false',
  })

/** Setting `cors` of a route. */
export const corsSetting = z
  .union([z.literal('application'), permission], {
    error:
      'expected application, or { origins: [https://spa.example.com] }, also with credentials, methods, headers, expose, maxAge',
  })
  .optional()
  .meta({
    description:
      'Lets pages of other origins use the route: `{ origins, credentials (true), methods (all), headers ([Authorization, Content-Type]), expose, maxAge (10m) }`, preflights answered here and the lines written on every answer, refusals too; or `application`: preflights go to it without any identity, and it does the rest. By default preflights are requests like any other, and nobody’s.',
    example: { origins: ['https://spa.example.com'] },
  })

export type CorsSetting = z.output<typeof corsSetting>

function isOriginOrAny(text: string): boolean {
  if (text === '*') return true
  return /^https?:\/\/[^*]+$/.test(text) && URL.canParse(text) && new URL(text).origin === text
}
