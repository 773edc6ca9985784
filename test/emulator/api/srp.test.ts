// USER_SRP_AUTH with AWS Amplify as the client: a right password, a wrong one, nobody, and answers that are no good.
import { Amplify } from 'aws-amplify'
import { fetchAuthSession, signIn, signOut } from 'aws-amplify/auth'
import t, { type Test } from 'tap'
import { beginSrp, isSignedWith } from '../../../src/emulator/api/srp.js'
import { publicId, testPool } from '../../fixtures/pool-client.js'

async function setUp(t: Test, clock?: () => number) {
  const emulator = await testPool(t, {}, clock === undefined ? {} : { clock })
  Amplify.configure({
    Auth: {
      Cognito: {
        userPoolId: emulator.poolId,
        userPoolClientId: publicId,
        userPoolEndpoint: emulator.domain,
      },
    },
  })
  return emulator
}

t.test('Amplify signs in without ever sending the password', async t => {
  const emulator = await setUp(t)
  const { nextStep } = await signIn({ username: 'jane', password: 'Jane-pass1' })
  t.equal(nextStep.signInStep, 'DONE')
  const { tokens } = await fetchAuthSession()
  t.equal(tokens?.accessToken.payload.username, 'jane')
  const refreshed = await fetchAuthSession({ forceRefresh: true })
  t.not(refreshed.tokens?.accessToken.toString(), tokens?.accessToken.toString())
  await signOut({ global: true })
  const operations = emulator.calls.map(({ operation }) => operation)
  t.strictSame(operations.slice(0, 2), ['InitiateAuth', 'RespondToAuthChallenge'])
  t.equal(operations.at(-1), 'GlobalSignOut')
  t.notOk(emulator.calls.some(({ parameters }) => parameters.includes('PASSWORD')))
})

t.test('a wrong password and nobody look the same', async t => {
  await setUp(t)
  const wrong = { name: 'NotAuthorizedException', message: 'Incorrect username or password.' }
  await t.rejects(signIn({ username: 'jane', password: 'Jane-pass2' }), wrong)
  await t.rejects(signIn({ username: 'nobody', password: 'Jane-pass1' }), wrong)
})

t.test('a client whose clock is far off is refused', async t => {
  await setUp(t, () => Math.floor(Date.now() / 1000) + 301)
  await t.rejects(signIn({ username: 'jane', password: 'Jane-pass1' }), {
    name: 'NotAuthorizedException',
  })
})

t.test('numbers that give the key away are refused, and a signature is for its names', async t => {
  const user = { poolName: 'Emulator1', userId: 'jane' }
  const prime = 'f'.repeat(64)
  for (const key of ['', '0', '00', 'xyz', '-1', '1'.repeat(1025)]) {
    t.equal(beginSrp(user, 'Jane-pass1', key), null, key.slice(0, 10))
  }
  const exchange = beginSrp(user, 'Jane-pass1', prime)
  t.ok(exchange)
  if (exchange === null) return
  t.notOk(isSignedWith(exchange, user, 'now', ''))
  t.notOk(isSignedWith(exchange, user, 'now', Buffer.alloc(32).toString('base64')))
})
