// How the gateway's own pages look and what they say.
import * as z from 'zod'
import { colourForm } from './colour.js'
import { readLogo } from './logo.js'
import { readOwnTemplates } from './own-templates.js'
import { ownPalettes, type Scheme, unreadable } from './palette.js'
import { textSettings } from './text-settings.js'

const colour = z
  .string()
  .regex(colourForm, 'expected a colour such as #1f5fbf')
  .transform(text => text.toLowerCase())

function paletteSetting(scheme: Scheme) {
  return z
    .strictObject({
      page: colour.optional(),
      card: colour.optional(),
      text: colour.optional(),
      accent: colour.optional(),
    })
    .superRefine((changes, context) => {
      for (const message of unreadable({ ...ownPalettes[scheme], ...defined(changes) })) {
        context.addIssue({ code: 'custom', message })
      }
    })
    .transform(defined)
    .optional()
}

/** Settings under `pages`. Files are read once, with the settings. */
export const pagesSettings = z.strictObject({
  title: z.string().min(1).max(80).optional().meta({
    description:
      "Name of the site, above each of the gateway's own pages and in the title of the tab.",
    example: 'Intranet',
  }),
  logo: z.string().min(1).transform(reading(readLogo)).optional().meta({
    description: 'File with a logo, SVG, PNG, JPEG or WebP, at most 8 KB: it stands in each page.',
    example: '/etc/cognito-gateway/logo.svg',
  }),
  colors: z
    .strictObject({
      light: paletteSetting('light').meta({
        description:
          'Colours by day: `page`, `card`, `text` and `accent` (buttons and links). What could not be read stops the start.',
        example: { accent: '#00695c' },
      }),
      dark: paletteSetting('dark').meta({
        description: 'The same by night.',
        example: { accent: '#80cbc4' },
      }),
    })
    .prefault({}),
  texts: textSettings.optional().meta({
    description:
      'Texts in place of ours, by language (`en`, `ko`, `ja`) and by the names in `src/texts/en.ts`.',
    example: { en: { signedOut: { title: 'Goodbye' } } },
  }),
  folder: z.string().min(1).transform(reading(readOwnTemplates)).optional().meta({
    description:
      'Folder with templates of your own (eta): one there replaces ours of the same name in `views`, `style.css` too. Each is tried at the start, and an error in it stops the start.',
    example: '/etc/cognito-gateway/pages',
  }),
})

export type PagesSettings = z.output<typeof pagesSettings>

/** A transformation that complains of what cannot be read. */
function reading<T>(read: (file: string) => T) {
  return (file: string, context: z.RefinementCtx): T => {
    try {
      return read(file)
    } catch (error) {
      context.addIssue({ code: 'custom', message: (error as Error).message })
      return z.NEVER
    }
  }
}

function defined<T extends object>(changes: T): { [Key in keyof T]?: Exclude<T[Key], undefined> } {
  const entries = Object.entries(changes).filter(([, value]) => value !== undefined)
  return Object.fromEntries(entries) as never
}
