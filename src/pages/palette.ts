// The colours of the pages, by day and by night: ours, and what settings put in their place.
import { contrastOf, mix, readableContrast, textOn } from './colour.js'

/** Colours of one scheme, as `#rrggbb`. */
export interface Palette {
  readonly page: string
  readonly card: string
  readonly text: string
  /** Buttons, links, focus. */
  readonly accent: string
}

/** By day and by night. */
export type Scheme = 'light' | 'dark'

/** The colours of `views/style.css`. */
export const ownPalettes: Readonly<Record<Scheme, Palette>> = {
  light: { page: '#f3f4f6', card: '#ffffff', text: '#1b1f24', accent: '#1f5fbf' },
  dark: { page: '#121519', card: '#1c2025', text: '#e8eaed', accent: '#82b1ff' },
}

/** What people could not read, as pairs of colours that need more contrast; empty when all is well. */
export function unreadable(palette: Palette): string[] {
  const { page, card, text, accent } = palette
  const pairs = {
    'text on card': [text, card],
    'accent on card': [accent, card],
    'text on page': [text, page],
  }
  return Object.entries(pairs).flatMap(([what, [one, other]]) => {
    const contrast = contrastOf(one as string, other as string)
    if (contrast >= readableContrast) return []
    return `${what} has a contrast of ${contrast.toFixed(1)} and needs ${readableContrast}`
  })
}

/** CSS that puts these colours in the place of the stylesheet's; empty when there are none. */
export function paletteStyle(
  changes: Readonly<Partial<Record<Scheme, Partial<Palette> | undefined>>>,
): string {
  const { light, dark } = changes
  const day =
    light === undefined ? '' : `:root { ${propertiesOf({ ...ownPalettes.light, ...light })} }\n`
  const night =
    dark === undefined
      ? ''
      : `@media (prefers-color-scheme: dark) { :root { ${propertiesOf({ ...ownPalettes.dark, ...dark })} } }\n`
  // Colours for the day alone must not stay at night.
  const keep = light !== undefined && dark === undefined ? { dark: ownPalettes.dark } : null
  return day + night + (keep === null ? '' : paletteStyle(keep))
}

/** The quieter ones follow from the four. */
function propertiesOf({ page, card, text, accent }: Palette): string {
  const properties = {
    page,
    card,
    text,
    quiet: quietOn(card, text),
    line: mix(text, card, 0.16),
    accent,
    'on-accent': textOn(accent),
  }
  return Object.entries(properties)
    .map(([name, value]) => `--${name}: ${value};`)
    .join(' ')
}

function quietOn(card: string, text: string): string {
  const quiet = mix(text, card, 0.7)
  return contrastOf(quiet, card) >= readableContrast ? quiet : text
}
