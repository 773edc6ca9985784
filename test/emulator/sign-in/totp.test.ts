// Authenticator codes against the published values of RFC 6238, appendix B (SHA-1, the last six digits).
import t from 'tap'
import {
  createTotpSecret,
  matchingStep,
  otpauthUri,
  totpCode,
} from '../../../src/emulator/sign-in/totp.js'

/** Base32 of the ASCII text 12345678901234567890. */
const secret = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'

const published: [time: number, code: string][] = [
  [59, '287082'],
  [1_111_111_109, '081804'],
  [1_111_111_111, '050471'],
  [1_234_567_890, '005924'],
  [2_000_000_000, '279037'],
  [20_000_000_000, '353130'],
]

t.test('codes are those of RFC 6238', async t => {
  for (const [time, code] of published) t.equal(totpCode(secret, time), code, String(time))
})

t.test('a code fits its own step and its neighbours, nothing else', async t => {
  const now = 1_234_567_890
  for (const offset of [-30, 0, 30]) {
    const step = matchingStep(secret, totpCode(secret, now + offset), now)
    t.equal(step, Math.floor((now + offset) / 30), String(offset))
  }
  for (const code of [totpCode(secret, now + 90), totpCode(secret, now - 90), '', '0059240', 'x']) {
    t.equal(matchingStep(secret, code, now), null, code)
  }
})

t.test('a new secret has 160 bits, and stands in the link for apps', async t => {
  const fresh = createTotpSecret()
  t.match(fresh, /^[A-Z2-7]{32}$/)
  t.not(fresh, createTotpSecret())
  t.equal(
    otpauthUri('GEZDGNBV', 'us-east-1_Emulator1', 'jane doe'),
    'otpauth://totp/us-east-1_Emulator1:jane%20doe?secret=GEZDGNBV&issuer=us-east-1_Emulator1',
  )
})
