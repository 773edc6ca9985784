// Colours as settings have them, and whether people can read one on another.

/** Red, green and blue, 0 to 255. */
type Rgb = readonly [number, number, number]

/** The least contrast that text needs (WCAG 2.2, success criterion 1.4.3). */
export const readableContrast = 4.5

/** A colour as settings write it: `#rrggbb` or `#rgb`. */
export const colourForm: RegExp = /^#(?:[0-9a-f]{3}|[0-9a-f]{6})$/i

/** The contrast of two colours, from 1 to 21 (WCAG 2.2, contrast ratio). */
export function contrastOf(one: string, other: string): number {
  const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a) as [number, number]
  return (light + 0.05) / (dark + 0.05)
}

/** So much of the first colour in the second, as `#rrggbb`. @param share  0 to 1 */
export function mix(one: string, other: string, share: number): string {
  const [first, second] = [toRgb(one), toRgb(other)]
  const parts = first.map((part, at) =>
    Math.round(part * share + (second[at] as number) * (1 - share)),
  )
  return `#${parts.map(part => part.toString(16).padStart(2, '0')).join('')}`
}

/** White or black, whichever is read better on this colour. */
export function textOn(colour: string): string {
  return contrastOf('#ffffff', colour) >= contrastOf('#000000', colour) ? '#ffffff' : '#000000'
}

function toRgb(colour: string): Rgb {
  const hex = colour.slice(1)
  const full = hex.length === 3 ? [...hex].map(digit => digit + digit).join('') : hex
  return [0, 2, 4].map(at => Number.parseInt(full.slice(at, at + 2), 16)) as unknown as Rgb
}

function luminance(colour: string): number {
  const [red, green, blue] = toRgb(colour).map(part => {
    const value = part / 255
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
  }) as unknown as Rgb
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}
