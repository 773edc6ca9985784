// How long people stay signed in.
import { z } from 'zod'
import { durationSetting } from '../lib/setting-types.js'

/** Settings under `session`. Durations arrive as text (`30s`, `15m`, `12h`, `7d`) and leave as seconds. */
export const sessionSettings = z.strictObject({
  idle: durationSetting(60).prefault('8h').meta({
    env: 'GATEWAY_SESSION_IDLE',
    description: 'A session ends after this long without a request.',
    example: '30m',
  }),
  max: durationSetting(300).prefault('12h').meta({
    env: 'GATEWAY_SESSION_MAX',
    description: 'A session ends this long after the sign-in, however much it is used.',
    example: '7d',
  }),
  refreshBefore: durationSetting(0).prefault('5m').meta({
    env: 'GATEWAY_REFRESH_BEFORE',
    description: 'Tokens are refreshed when the access token has less than this left.',
    example: '2m',
  }),
})

export type SessionSettings = z.output<typeof sessionSettings>
