import t from 'tap'
import { createSpareSecret } from '../../src/cognito/spare-secret.js'

const refused = new Error('invalid_client')
const proof = new Error('invalid_grant')

function subject(credentials: readonly [string, string?]) {
  const asked: string[] = []
  let switches = 0
  const withSecret = createSpareSecret({
    credentials,
    isClientRefused: error => error === refused,
    provesClient: error => error === proof,
    onSwitch: () => switches++,
  })
  return {
    asked,
    switches: () => switches,
    ask: (answers: Record<string, Error | null>) =>
      withSecret(async secret => {
        asked.push(secret)
        const failure = answers[secret] ?? null
        if (failure !== null) throw failure
        return secret
      }),
  }
}

t.test('the spare secret is tried when the first is refused, kept, and told of once', async t => {
  const { ask, asked, switches } = subject(['old', 'new'])
  t.equal(await ask({ old: refused }), 'new')
  t.equal(await ask({ old: refused }), 'new')
  t.same(asked, ['old', 'new', 'new'])
  t.equal(switches(), 1)
})

t.test('many that find out at once tell it once', async t => {
  const { ask, switches } = subject(['old', 'new'])
  await Promise.all([1, 2, 3].map(() => ask({ old: refused })))
  t.equal(switches(), 1)
})

t.test('a refused grant proves the secret as well as an answer', async t => {
  const { ask, asked, switches } = subject(['old', 'new'])
  await t.rejects(ask({ old: refused, new: proof }), proof)
  t.equal(await ask({ old: refused }), 'new')
  t.same(asked, ['old', 'new', 'new'])
  t.equal(switches(), 1)
})

t.test('nothing is remembered when neither was accepted, or nobody could tell', async t => {
  for (const failure of [refused, new Error('503')]) {
    const { ask, asked, switches } = subject(['first', 'second'])
    await t.rejects(ask({ first: refused, second: failure }), failure)
    await ask({})
    t.same(asked, ['first', 'second', 'first'])
    t.equal(switches(), 0)
  }
})

t.test('nothing but a refused client is sent a second time', async t => {
  for (const failure of [proof, new Error('timeout')]) {
    const { ask, asked } = subject(['first', 'second'])
    await t.rejects(ask({ first: failure }), failure)
    t.same(asked, ['first'])
  }
})

t.test('a single secret is tried once', async t => {
  const { ask, asked } = subject(['only'])
  await t.rejects(ask({ only: refused }), refused)
  t.same(asked, ['only'])
})
