// Pages are eta templates that escape what they print. The stylesheet is inlined and named in the
// Content-Security-Policy by its hash, so a page needs no second request and runs no script.
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Eta } from 'eta'

/** The folder of the project's own templates, for sources and build alike. */
export const viewsFolder: string = fileURLToPath(new URL('../../views', import.meta.url))

/** One finished page and the policy it has to be sent with. */
export interface Page {
  readonly html: string
  /** Value of the `Content-Security-Policy` header. */
  readonly contentSecurityPolicy: string
}

/** Renders the templates of one folder. */
export type Views = (template: string, data: Readonly<Record<string, unknown>>) => Page

/**
 * Opens a folder of templates that share one `style.css`.
 *
 * Templates see their data as `it`, plus `it.style`, the text of the stylesheet.
 * @param folder      absolute path
 * @param formAction  origins that forms may post or be redirected to; absent: no limit is stated
 *   (Chromium applies `form-action` to the redirects that follow a form as well)
 * @param ancestors   origins whose pages may show these in a frame, besides our own; usually nobody may, not even we
 */
export function openViews(
  folder: string,
  formAction?: readonly string[],
  ancestors: readonly string[] = [],
): Views {
  const eta = new Eta({ views: folder, cache: true, autoEscape: true })
  const style = readFileSync(join(folder, 'style.css'), 'utf8')
  const styleHash = createHash('sha256').update(style).digest('base64')
  const contentSecurityPolicy = [
    "default-src 'none'",
    `style-src 'sha256-${styleHash}'`,
    'img-src data:',
    "base-uri 'none'",
    frameAncestors(ancestors),
    ...(formAction === undefined ? [] : [`form-action ${formAction.join(' ')}`]),
  ].join('; ')
  return (template, data) => ({
    html: eta.render(template, { ...data, style }),
    contentSecurityPolicy,
  })
}

/** The directive that says who may show a page in a frame (CSP Level 3, section 6.4.2). */
export function frameAncestors(origins: readonly string[]): string {
  return `frame-ancestors ${origins.length === 0 ? "'none'" : ["'self'", ...origins].join(' ')}`
}

/**
 * Headers that go with every page: no one frames, sniffs, keeps it, or learns where it led.
 *
 * @param language        what the page is in (RFC 5646)
 * @param referrerPolicy  a page whose form has to prove its origin needs `same-origin`: with `no-referrer`
 *   browsers send `Origin: null`
 */
export function pageHeaders(
  contentSecurityPolicy: string,
  {
    language = 'en',
    referrerPolicy = 'no-referrer',
  }: { language?: string; referrerPolicy?: 'no-referrer' | 'same-origin' } = {},
): Record<string, string> {
  return {
    'content-type': 'text/html; charset=utf-8',
    'content-language': language,
    'content-security-policy': contentSecurityPolicy,
    // Browsers that know frame-ancestors leave this aside; the others have no exceptions.
    'x-frame-options': 'DENY',
    'x-content-type-options': 'nosniff',
    'referrer-policy': referrerPolicy,
    'cache-control': 'no-store',
    vary: 'Accept-Language',
  }
}
