// Finished pages: template, texts, look and policy put together.
import { openViews, type Page, pageHeaders, type Views, viewsFolder } from '../lib/views.js'
import type { Log } from '../log.js'
import { type Language, textsByLanguage } from '../texts/table.js'
import type { Texts } from '../texts/texts.js'
import type { PageFacts, PageName, Site } from './page.js'
import { paletteStyle } from './palette.js'
import { createRulesOf } from './policies.js'
import type { PagesSettings } from './settings.js'
import { withTexts } from './text-settings.js'

/** A page and the headers that it has to be sent with. */
export interface FinishedPage {
  readonly html: string
  readonly headers: Readonly<Record<string, string>>
}

/** The pages of the gateway. */
export interface Pages {
  /** @param script  whether a page that can do without its script needs it */
  render<Name extends PageName>(
    name: Name,
    language: Language,
    facts: PageFacts[Name],
    script?: boolean,
  ): FinishedPage
  textsOf(language: Language): Texts
}

/** Pages by settings. @param origins  see {@link createRulesOf} */
export function createPages({
  settings,
  origins,
  log,
}: {
  settings: PagesSettings
  origins: Parameters<typeof createRulesOf>[0]
  log: Pick<Log, 'error'>
}): Pages {
  const { colors, folder } = settings
  const look = { addedStyle: paletteStyle(colors), images: settings.logo !== undefined }
  const ours = openViews(viewsFolder, look)
  const views = folder === undefined ? ours : openViews(viewsFolder, { ...look, ...folder })
  const rulesOf = createRulesOf(origins)
  const site: Site = { title: settings.title ?? null, logo: settings.logo ?? null }
  const texts = new Map(
    Object.entries(textsByLanguage).map(([language, texts]) => [
      language,
      withTexts<Texts>(texts, settings.texts?.[language as Language]),
    ]),
  )
  const textsOf = (language: Language) => texts.get(language) ?? textsByLanguage.en

  /** A template of one's own may fail with what no sample had; somebody waits for the page all the same. */
  function renderSafely(
    name: PageName,
    ...given: [Parameters<Views>[1], Parameters<Views>[2]]
  ): Page {
    if (views === ours) return ours(name, ...given)
    try {
      return views(name, ...given)
    } catch (error) {
      log.error({ err: error, page: name }, 'a template in pages.folder failed; ours was used')
      return ours(name, ...given)
    }
  }

  return {
    textsOf,
    render(name, language, facts, script = false) {
      const { referrerPolicy, ...policy } = rulesOf(name, script)
      const data = { ...facts, texts: textsOf(language), language, site, referrerPolicy }
      const { html, contentSecurityPolicy } = renderSafely(name, data, policy)
      return { html, headers: pageHeaders(contentSecurityPolicy, { language, referrerPolicy }) }
    },
  }
}
