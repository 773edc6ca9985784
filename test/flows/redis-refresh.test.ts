// One refresh per session, whoever asks at whichever instance; rotation without grace would show a second one.
import t from 'tap'
import { PlainBrowser } from '../fixtures/plain-browser.js'
import { redisServer } from '../fixtures/redis-server.js'
import { emailOf, signedInVisitors } from '../fixtures/signed-in-visitors.js'

async function ask(url: string, cookie: string | undefined) {
  const { status, body } = await new PlainBrowser().fetch(url, { cookie: cookie ?? '' })
  return { status, body }
}

for (const rotates of [true, false]) {
  const name = rotates ? 'rotation without grace' : 'no rotation'

  t.test(
    `1,000 parallel requests on one session that is due, at two instances: one token call (${name})`,
    async t => {
      const { url: redis } = await redisServer(t)
      const visitors = await signedInVisitors(t, 1, redis, { rotates })
      const { url, twin, cookies, makeDue, refreshes } = visitors
      const instances = [url, await twin()]
      makeDue()
      const answers = await Promise.all(
        Array.from({ length: 1000 }, (_, n) => ask(`${instances[n % 2]}/${n}`, cookies[0])),
      )
      t.equal(answers.filter(({ status }) => status === 200).length, 1000)
      t.equal(refreshes(), 1)
    },
  )

  t.test(`50 users with 20 requests each at two instances: 50 token calls (${name})`, async t => {
    const { url: redis } = await redisServer(t)
    const visitors = await signedInVisitors(t, 50, redis, { rotates })
    const { url, twin, cookies, makeDue, refreshes } = visitors
    const instances = [url, await twin()]
    for (const round of [1, 2]) {
      makeDue()
      const answers = await Promise.all(
        Array.from({ length: 1000 }, async (_, n) => {
          const visitor = n % 50
          const at = instances[Math.floor(n / 50) % 2] ?? url
          return { visitor, ...(await ask(`${at}/${n}`, cookies[visitor])) }
        }),
      )
      const right = answers.filter(
        ({ status, visitor, body }) =>
          status === 200 && body.includes(`"x-forwarded-email":"${emailOf(visitor)}"`),
      )
      t.equal(right.length, 1000, 'everybody is who they are')
      t.equal(refreshes(), 50 * round)
    }
  })
}

t.test(
  'a token endpoint that takes eight seconds: one call, and others are not slowed',
  async t => {
    const { url: redis } = await redisServer(t)
    const visitors = await signedInVisitors(t, 2, redis)
    const { url, twin, cookies, makeDue, emulator, refreshes } = visitors
    const instances = [url, await twin()]
    const [due, other] = cookies
    makeDue()
    await ask(`${url}/other`, other)
    t.equal(refreshes(), 1)

    emulator.faults.set('/oauth2/token', { delayMs: 8000 })
    const waiting = Promise.all(
      Array.from({ length: 100 }, (_, n) => ask(`${instances[n % 2]}/${n}`, due)),
    )
    let running = true
    void waiting.then(() => {
      running = false
    })
    let answered = 0
    while (running) {
      const { status } = await ask(`${instances[answered % 2]}/other`, other)
      if (status !== 200) t.fail(`others get ${status}`)
      answered++
    }
    t.ok((await waiting).every(({ status }) => status === 200))
    t.equal(refreshes(), 2)
    // One after the other: a single one that waited for the token endpoint would have been the only one.
    t.ok(answered > 20, `${answered} answers to others meanwhile`)
  },
)
