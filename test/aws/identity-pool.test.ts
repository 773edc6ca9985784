import t from 'tap'
import type { AwsCredentials } from '../../src/aws/credentials.js'
import { createIdentityPool } from '../../src/aws/identity-pool.js'
import { createUserPoolLogin } from '../../src/aws/user-pool-login.js'
import { GatewayError } from '../../src/errors.js'
import type { Caller, Session } from '../../src/model.js'
import { session } from '../fixtures/session.js'

/** A pool over a fetch that is answered by hand. */
function setUp() {
  const clock = { now: 1_800_000_000 }
  const calls: {
    role: string | null
    resolve: (life?: number) => void
    reject: (error: unknown) => void
  }[] = []
  const pool = createIdentityPool({
    findLogin: () => ({ logins: { provider: 'token' } }),
    fetchCredentials: (_login, role) =>
      new Promise<AwsCredentials>((resolve, reject) => {
        calls.push({
          role,
          reject,
          resolve: (life = 3600) =>
            resolve({
              accessKeyId: `key ${calls.length}`,
              secretAccessKey: 's',
              sessionToken: 't',
              expiresAt: clock.now + life,
              roleArn: role,
              identityId: 'eu-west-1:1',
            }),
        })
      }),
    chooseRole: ({ groups }) => groups[0] ?? null,
    clock: () => clock.now,
    log: { info: () => {}, warn: () => {} },
  })
  /** Asks, and answers the fetch that this causes, if it does. */
  const ask = async (caller: Caller, life?: number) => {
    const before = calls.length
    const asked = pool.credentialsOf(caller)
    await new Promise(setImmediate)
    if (calls.length > before) calls.at(-1)?.resolve(life)
    return (await asked).accessKeyId
  }
  return { pool, calls, clock, ask }
}

const copy = (of: Session): Session => ({ ...of })

t.test('one fetch however many ask, then none until five minutes before the end', async t => {
  const { pool, calls, clock, ask } = setUp()
  const jane = session()
  const all = [jane, jane, copy(jane), copy(jane)].map(caller => pool.credentialsOf(caller))
  await new Promise(setImmediate)
  t.equal(calls.length, 1)
  calls[0]?.resolve()
  t.same(
    new Set((await Promise.all(all)).map(({ accessKeyId }) => accessKeyId)),
    new Set(['key 1']),
  )
  t.notOk(pool.credentialsOf(jane) instanceof Promise, 'there already')
  t.notOk(pool.credentialsOf(copy(jane)) instanceof Promise, 'for a copy from the store too')
  clock.now += 3299
  t.equal(await ask(jane), 'key 1')
  clock.now += 1
  t.equal(await ask(jane), 'key 2')
  t.equal(await ask(copy(jane)), 'key 2')
})

t.test('every session has its own; another group or claim asks again', async t => {
  const { calls, ask } = setUp()
  t.equal(await ask(session()), 'key 1')
  t.equal(await ask(session({ id: 'other' })), 'key 2')
  t.equal(await ask(session({}, { exp: 1, iat: 2, jti: 'x', auth_time: 3 })), 'key 1', 'a refresh')
  t.equal(await ask(session({}, { 'cognito:groups': ['admins'] })), 'key 3')
  t.equal(calls.at(-1)?.role, 'admins')
  t.equal(await ask(session({}, { 'custom:tenant': 'b' })), 'key 4', 'rules may go by any claim')
  t.equal(await ask(session({}, { sub: 'somebody' })), 'key 5')
})

t.test('programs that send an ID token are told apart by it', async t => {
  const { ask } = setUp()
  const { id: _id, ...caller } = session()
  t.equal(await ask(caller), 'key 1')
  t.equal(await ask({ ...caller }), 'key 1')
  t.equal(await ask({ ...caller, tokens: { ...caller.tokens, idToken: 'another' } }), 'key 2')
})

t.test('a session that ended has none any more, also where a fetch was under way', async t => {
  const { pool, calls, ask } = setUp()
  const jane = session()
  t.equal(await ask(jane), 'key 1')
  pool.drop(jane.id)
  t.equal(await ask(jane), 'key 2')
  pool.drop(jane.id)
  const asked = pool.credentialsOf(jane)
  await new Promise(setImmediate)
  pool.drop(jane.id)
  calls.at(-1)?.resolve()
  await asked
  t.ok(pool.credentialsOf(jane) instanceof Promise, 'not kept')
})

t.test('what was refused is not asked again for half a minute', async t => {
  const { pool, calls, clock, ask } = setUp()
  const jane = session()
  const refused = new GatewayError('GW_ERR_AWS_REFUSED', { reason: 'no role' })
  const asked = pool.credentialsOf(jane)
  await new Promise(setImmediate)
  calls[0]?.reject(refused)
  await t.rejects(asked as Promise<unknown>, { code: 'GW_ERR_AWS_REFUSED' })
  t.throws(() => pool.credentialsOf(jane), { code: 'GW_ERR_AWS_REFUSED' })
  t.equal(calls.length, 1)
  clock.now += 30
  t.equal(await ask(jane), 'key 2')
})

t.test('while AWS is away the old ones go on to their end, but not for who is refused', async t => {
  const { pool, calls, clock, ask } = setUp()
  const jane = session()
  t.equal(await ask(jane), 'key 1')
  clock.now += 3301
  const fail = async (error: GatewayError) => {
    const asked = Promise.resolve(pool.credentialsOf(jane))
    await new Promise(setImmediate)
    calls.at(-1)?.reject(error)
    return asked
  }
  const away = new GatewayError('GW_ERR_AWS_UNAVAILABLE', { reason: 'timeout' })
  t.equal((await fail(away)).accessKeyId, 'key 1')
  t.equal(await ask(jane), 'key 1', 'without asking again at once')
  t.equal(calls.length, 2)
  clock.now += 5
  await t.rejects(fail(new GatewayError('GW_ERR_AWS_REFUSED')), { code: 'GW_ERR_AWS_REFUSED' })
  clock.now += 295
  await t.rejects(fail(away), { code: 'GW_ERR_AWS_UNAVAILABLE' })
})

t.test(
  'the proof is the ID token under the name of the user pool; an access token is none',
  async t => {
    const findLogin = createUserPoolLogin({
      issuer: 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Abc',
      clock: () => 1_800_000_000,
    })
    const good = session({}, { exp: 1_800_000_010 })
    t.strictSame(await findLogin(good), {
      logins: { 'cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Abc': good.tokens.idToken },
    })
    const refused = { code: 'GW_ERR_AWS_REFUSED' }
    t.throws(() => findLogin(session({}, { exp: 1_800_000_005 })), {
      ...refused,
      reason: /same expiration/,
    })
    const without = { ...good, tokens: { ...good.tokens, idToken: null } }
    t.throws(() => findLogin(without), { ...refused, reason: /tokenUse: id/ })
  },
)
