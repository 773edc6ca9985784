// The styles by their names in the settings. A new one is a file beside this and a line here.
import type { styleNames } from '../settings.js'
import type { Style } from '../style.js'
import { alb } from './alb.js'
import { assertion } from './assertion.js'
import { authRequest } from './auth-request.js'
import { basic } from './basic.js'
import { bearer } from './bearer.js'
import { forwarded } from './forwarded.js'

/** Every style that the settings can name. */
export const styles = {
  forwarded,
  'auth-request': authRequest,
  bearer,
  basic,
  alb,
  assertion,
} as const satisfies Record<(typeof styleNames)[number], Style>

export type StyleName = keyof typeof styles
