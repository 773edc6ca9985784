// Pages are eta templates that escape what they print. The stylesheet is inlined and named in the
// Content-Security-Policy by its hash, a script of the page by a nonce, so a page needs no second request.
import { createHash, randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
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

/** What one page may do beyond showing itself; nothing by default. */
export interface PagePolicy {
  /**
   * Origins that forms may post or be redirected to; absent: no limit is stated. Chromium applies `form-action` to
   * the redirects that follow a form as well.
   */
  readonly formAction?: readonly string[]
  /** Origins whose pages may show it in a frame, besides our own; usually nobody may, not even we. */
  readonly ancestors?: readonly string[]
  /** Whether its own script runs: `it.nonce` then names it to the browser. */
  readonly script?: boolean
}

/** Renders the templates of one folder. */
export type Views = (
  template: string,
  data: Readonly<Record<string, unknown>>,
  policy?: PagePolicy,
) => Page

/** What may be laid over a folder of templates. */
export interface ViewOptions {
  /** For pages that say nothing else. */
  readonly formAction?: readonly string[]
  /** Text of templates by name, each in place of the folder's own. */
  readonly templates?: ReadonlyMap<string, string>
  /** In place of `style.css`. */
  readonly style?: string | undefined
  /** CSS that follows the stylesheet. */
  readonly addedStyle?: string
  /** Whether an error says in which line of a template it arose; that is slower. */
  readonly traced?: boolean
  /** Whether pages show images, as `data:` URLs. */
  readonly images?: boolean
}

/**
 * Opens a folder of templates that share one `style.css`.
 *
 * Templates see their data as `it`, plus `it.style`, the text of the stylesheet, and `it.nonce` for a script.
 * @param folder  absolute path
 */
export function openViews(folder: string, options: ViewOptions = {}): Views {
  const { formAction, templates = new Map<string, string>(), addedStyle = '' } = options
  const eta = new Eta({
    views: folder,
    cache: true,
    autoEscape: true,
    debug: options.traced === true,
  })
  const readFolder = eta.readFile
  eta.readFile = file => templates.get(basename(file, '.eta')) ?? readFolder.call(eta, file)
  const style = (options.style ?? readFileSync(join(folder, 'style.css'), 'utf8')) + addedStyle
  const always = [
    "default-src 'none'",
    `style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`,
    ...(options.images ? ['img-src data:'] : []),
    "base-uri 'none'",
  ]
  return (template, data, policy = {}) => {
    const nonce = policy.script ? randomBytes(16).toString('base64') : null
    return {
      html: eta.render(template, { ...data, style, nonce }),
      contentSecurityPolicy: [
        ...always,
        ...directivesOf({ ...(formAction && { formAction }), ...policy }),
        ...(nonce === null ? [] : [`script-src 'nonce-${nonce}'`]),
      ].join('; '),
    }
  }
}

function directivesOf({ formAction, ancestors = [] }: PagePolicy): string[] {
  const forms = formAction === undefined ? [] : [`form-action ${formAction.join(' ')}`]
  return [frameAncestors(ancestors), ...forms]
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
