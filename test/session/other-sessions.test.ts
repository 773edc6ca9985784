import t from 'tap'
import type { Session } from '../../src/model.js'
import { createOtherSessions } from '../../src/session/other-sessions.js'
import { session, signedInAt } from '../fixtures/session.js'

const limits = { idleSeconds: 3600, maxSeconds: 43_200, refreshBeforeSeconds: 300 }

/** A store that knows these sessions of jane, or has no list. */
function othersAmong(known: readonly Session[] | null) {
  const [destroyed, revoked]: [string[], string[]] = [[], []]
  const store = {
    list: (subject: string | null) => {
      if (known === null) return null
      return (async function* () {
        yield* known.filter(({ identity }) => identity.subject === subject)
      })()
    },
    destroy: async (ended: Session) => {
      destroyed.push(ended.id)
      return { ...ended, tokens: { ...ended.tokens, refreshToken: 'newest' } }
    },
  }
  const others = createOtherSessions({
    store,
    revoke: async ({ tokens }) => void revoked.push(tokens.refreshToken ?? ''),
    limits,
    clock: () => signedInAt,
  })
  return { others, destroyed, revoked }
}

const here = session({ id: 'here' })
const phone = session({ id: 'phone', signedInAt: signedInAt - 60 })
const tablet = session({ id: 'tablet', signedInAt: signedInAt - 30, seenAt: signedInAt - 5 })
const strangers = session({ id: 'strangers' }, { sub: 'someone-else' })

t.test('the others, newest first, under handles that are not their ids', async t => {
  const { others } = othersAmong([phone, here, tablet, strangers])
  const listed = await others.list(here)
  t.match(listed, {
    more: false,
    sessions: [
      { signedInAt: signedInAt - 30, seenAt: signedInAt - 5 },
      { signedInAt: signedInAt - 60, seenAt: signedInAt },
    ],
  })
  for (const { handle } of listed?.sessions ?? []) {
    t.match(handle, /^[\w-]{22}$/)
    t.notMatch(handle, /phone|tablet/)
  }
})

t.test('a store without a list', async t => {
  t.equal(await othersAmong(null).others.list(here), null)
})

t.test('ten are shown, and that there are more', async t => {
  const many = Array.from({ length: 12 }, (_, at) => session({ id: `other-${at}` }))
  const listed = await othersAmong([here, ...many]).others.list(here)
  t.equal(listed?.sessions.length, 10)
  t.equal(listed?.more, true)
})

t.test('one is ended, and the refresh token that it had last is revoked', async t => {
  const { others, destroyed, revoked } = othersAmong([here, phone, tablet])
  const [first] = (await others.list(here))?.sessions ?? []
  await others.end(here, first?.handle ?? '')
  t.strictSame(destroyed, ['tablet'])
  t.strictSame(revoked, ['newest'])
})

t.test('nobody ends the session of somebody else, nor by a handle that was made up', async t => {
  const { others, destroyed } = othersAmong([here, phone, strangers])
  const theirs = await othersAmong([
    strangers,
    session({ id: 'x' }, { sub: 'someone-else' }),
  ]).others.list(session({ id: 'x' }, { sub: 'someone-else' }))
  await others.end(here, theirs?.sessions[0]?.handle ?? '')
  await others.end(here, 'made-up')
  await others.end(here, '')
  t.strictSame(destroyed, [])
})
