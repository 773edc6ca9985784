// The emulator tells of its users as AWS does.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import t, { type Test } from 'tap'
import { startEmulator } from '../../src/emulator/app.js'
import { parsePool } from '../../src/emulator/pool.js'

/** Takes events, with the statuses given one after the other. */
async function receiver(t: Test, ...statuses: number[]) {
  const taken: { headers: object; event: { detail: Record<string, unknown> } }[] = []
  const server = createServer(async (request, response) => {
    let text = ''
    for await (const chunk of request) text += String(chunk)
    taken.push({ headers: request.headers, event: JSON.parse(text) })
    response.writeHead(statuses.shift() ?? 200).end()
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => void server.close())
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/events`
  const pool = parsePool({
    users: [{ username: 'jane', password: 'Jane-pass1' }],
    clients: [{ id: '1testclient0000000000000001' }],
    events: { url, key: 'the-key' },
  })
  const told: string[] = []
  const emulator = await startEmulator({ pool, onEvent: ({ event }) => void told.push(event) })
  t.teardown(() => emulator.close())
  const until = async (done: () => boolean) => {
    while (!done()) await new Promise(resolve => setTimeout(resolve, 10))
  }
  return { taken, told, emulator, until }
}

t.test('changes are posted in their order, users by sub and never by name', async t => {
  const { taken, told, emulator, until } = await receiver(t)
  const { administration, settings } = emulator
  administration.update('jane', { groups: ['staff'] })
  administration.signOutEverywhere('jane')
  administration.update('jane', { enabled: false })
  await until(() => told.filter(event => event === 'event').length === 3)
  t.strictSame(
    taken.map(({ event }) => event.detail.eventName),
    ['AdminAddUserToGroup', 'AdminUserGlobalSignOut', 'AdminDisableUser'],
  )
  t.match(taken[0], {
    headers: { 'x-api-key': 'the-key', 'content-type': /json/ },
    event: {
      source: 'aws.cognito-idp',
      'detail-type': 'AWS API Call via CloudTrail',
      region: 'us-east-1',
      detail: {
        eventTime: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/,
        requestParameters: { userPoolId: emulator.poolId, groupName: 'staff' },
        additionalEventData: { sub: settings.users[0]?.sub },
      },
    },
  })
  t.notMatch(JSON.stringify(taken), 'jane')
})

t.test('what is not taken is sent again, and what is refused is not', async t => {
  const { taken, told, emulator, until } = await receiver(t, 503, 200, 401)
  emulator.administration.signOutEverywhere('jane')
  await until(() => told.includes('event'))
  t.equal(taken.length, 2)
  t.strictSame(taken[0]?.event, taken[1]?.event)
  emulator.administration.signOutEverywhere('jane')
  await until(() => told.includes('event not delivered'))
  t.equal(taken.length, 3)
})
