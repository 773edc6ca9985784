// Templates of the operator's own: a file in their folder replaces ours of the same name.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { openViews, viewsFolder } from '../lib/views.js'
import { textsByLanguage } from '../texts/table.js'
import type { PageName } from './page.js'
import { pageNames, samples } from './samples.js'

/** What was found in a folder. */
export interface OwnTemplates {
  /** Text by name of the template. */
  readonly templates: ReadonlyMap<string, string>
  /** Text of its `style.css`. */
  readonly style: string | undefined
}

const known: readonly string[] = [
  'layout.eta',
  'style.css',
  ...pageNames.map(name => `${name}.eta`),
]

/**
 * Reads a folder of templates, and tries each page with every sample, in every language.
 *
 * @throws RangeError that names the file and what is wrong with it: better at the start than in front of people
 */
export function readOwnTemplates(folder: string): OwnTemplates {
  const files = listFiles(folder)
  const strange = files.filter(file => /\.(?:eta|css)$/.test(file) && !known.includes(file))
  if (strange.length > 0) {
    throw new RangeError(`${strange.join(', ')} replaces nothing; there are: ${known.join(', ')}`)
  }
  const found = files.filter(file => known.includes(file))
  const texts = new Map(found.map(file => [file, readFileSync(join(folder, file), 'utf8')]))
  const style = texts.get('style.css')
  texts.delete('style.css')
  const templates = new Map([...texts].map(([file, text]) => [file.slice(0, -'.eta'.length), text]))
  rehearse({ templates, style })
  return { templates, style }
}

function listFiles(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch (error) {
    throw new RangeError(`${folder} cannot be read (${(error as NodeJS.ErrnoException).code})`)
  }
}

function rehearse(own: OwnTemplates): void {
  const views = openViews(viewsFolder, { ...own, traced: true })
  for (const [language, texts] of Object.entries(textsByLanguage)) {
    const common = { language, texts, site: { title: 'Site', logo: null } }
    for (const name of pageNames) {
      for (const facts of samples[name as PageName]) {
        try {
          views(name, { ...common, ...facts, referrerPolicy: 'no-referrer' }, { script: true })
        } catch (error) {
          throw new RangeError(`the page ${name} cannot be rendered: ${firstLines(error)}`)
        }
      }
    }
  }
}

/** eta shows path, line and the lines around it: file and line are enough. */
function firstLines(error: unknown): string {
  const { message } = error as Error
  const [, file, line, text] = /([\w-]+\.eta):(\d+)\n[\s\S]*\n\n(.*)$/.exec(message.trim()) ?? []
  if (file !== undefined) return `${file}, line ${line}: ${text}`
  return message.split('\n').slice(0, 12).join('\n').trim()
}
