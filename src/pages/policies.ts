// What each page may do: where its forms go, who may frame it, whether its script runs.
import type { PagePolicy } from '../lib/views.js'
import type { PageName } from './page.js'

/** Policy of a page, and what its requests say of where they come from. */
export interface PageRules extends PagePolicy {
  readonly referrerPolicy: 'no-referrer' | 'same-origin'
}

/** With `no-referrer` browsers send `Origin: null` with a form, which proves nothing. */
const provesOrigin = { referrerPolicy: 'same-origin' } as const
const saysNothing = { referrerPolicy: 'no-referrer' } as const
const self = ["'self'"]

/**
 * The rules of a page.
 *
 * @param origins.logout    where signing out leads
 * @param origins.embedder  origins whose pages may show applications, and with them their errors, in a frame
 * @param origins.after     other origins that an application may lead to after a form
 */
export function createRulesOf(origins: {
  readonly logout: string
  readonly embedders: readonly string[]
  readonly after: readonly string[]
}): (name: PageName, script: boolean) => PageRules {
  const rules: Readonly<Record<PageName, PageRules>> = {
    error: { ...saysNothing, formAction: self, ancestors: origins.embedders },
    'signed-out': { ...saysNothing, formAction: self },
    'confirm-sign-out': { ...provesOrigin, formAction: [...self, origins.logout] },
    account: { ...provesOrigin, formAction: [...self, origins.logout] },
    'kept-form': { ...provesOrigin, formAction: [...self, ...origins.after] },
    'lost-form': { ...saysNothing, formAction: self },
    'keep-fragment': { ...saysNothing, formAction: ["'none'"], script: true },
    landing: { ...saysNothing, formAction: ["'none'"], script: true },
  }
  return (name, script) => (script ? { ...rules[name], script } : rules[name])
}
