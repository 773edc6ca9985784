// What a route may say of its application.
import { z } from 'zod'
import { durationSetting } from '../lib/setting-types.js'

/** Setting `upstream` of a route: an origin, nothing behind it. */
export const upstreamSetting = z.string().transform((text, context) => {
  const url = URL.canParse(text) ? new URL(text) : null
  if (url === null || !/^https?:$/.test(url.protocol) || `${url.origin}/` !== url.href) {
    const message = 'expected an origin such as http://localhost:8080, without path, query or user'
    context.addIssue({ code: 'custom', message })
    return z.NEVER
  }
  return url.origin
})

/** Setting `timeout` of a route: how long the first byte of an answer may take. */
export const timeoutSetting = durationSetting(1, 86_400).default(60)
