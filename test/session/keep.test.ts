import t from 'tap'
import { keepTokens, tokenKinds } from '../../src/session/keep.js'
import { session } from '../fixtures/session.js'

const { tokens } = session()
const { idToken, accessToken, refreshToken, ...times } = tokens

t.test('a session carries the tokens that it is to keep, and all times', async t => {
  const none = { ...times, idToken: null, accessToken: null, refreshToken: null }
  t.strictSame(keepTokens(tokens, tokenKinds), tokens)
  t.strictSame(keepTokens(tokens, []), none)
  t.strictSame(keepTokens(tokens, ['id']), { ...none, idToken })
  t.strictSame(keepTokens(tokens, ['access']), { ...none, accessToken })
  t.strictSame(keepTokens(tokens, ['refresh']), { ...none, refreshToken })
})
