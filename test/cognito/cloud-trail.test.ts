import t from 'tap'
import { readUserEvent } from '../../src/cognito/cloud-trail.js'

const poolId = 'eu-west-1_AbCdEfGhI'
const sub = '11111111-2222-4333-8444-555555555555'

/** As EventBridge delivers what CloudTrail writes down of an administrator's call. */
const event = (detail: object) => ({
  version: '0',
  id: 'ffffffff-0000-4000-8000-000000000000',
  'detail-type': 'AWS API Call via CloudTrail',
  source: 'aws.cognito-idp',
  detail: {
    eventID: 'the-event',
    eventName: 'AdminDisableUser',
    eventTime: '2027-01-15T08:00:00Z',
    requestParameters: { userPoolId: poolId, username: 'HIDDEN_DUE_TO_SECURITY_REASONS' },
    additionalEventData: { sub },
    ...detail,
  },
})

t.test('an event names a user by sub, and says what has to be done', async t => {
  t.strictSame(readUserEvent(event({}), poolId), {
    event: 'the-event',
    operation: 'AdminDisableUser',
    subject: sub,
    at: 1_800_000_000,
    effect: 'end',
  })
  const rows: [string, string][] = [
    ['GlobalSignOut', 'end'],
    ['AdminDeleteUser', 'end'],
    ['AdminAddUserToGroup', 'renew'],
    ['RevokeToken', 'renew'],
  ]
  for (const [eventName, effect] of rows) {
    t.match(readUserEvent(event({ eventName }), poolId), { effect }, eventName)
  }
})

t.test('a user name counts where it is a sub, and not where it is masked or a name', async t => {
  const rows: [unknown, string | null][] = [
    [sub, sub],
    ['HIDDEN_DUE_TO_SECURITY_REASONS', null],
    ['jane', null],
    [[sub], null],
    [undefined, null],
  ]
  for (const [username, subject] of rows) {
    const detail = {
      requestParameters: { userPoolId: poolId, username },
      additionalEventData: null,
    }
    t.match(readUserEvent(event(detail), poolId), { subject }, String(username))
  }
})

t.test('a call of the user names no pool; one of another pool is left alone', async t => {
  const own = { requestParameters: { accessToken: 'HIDDEN_DUE_TO_SECURITY_REASONS' } }
  t.match(readUserEvent(event(own), poolId), { subject: sub })
  t.match(readUserEvent(event({ requestParameters: null }), poolId), { subject: sub })
  t.strictSame(readUserEvent(event({}), 'eu-west-1_Other'), { ignored: 'another pool' })
  const refused = event({ errorCode: 'UserNotFoundException' })
  t.strictSame(readUserEvent(refused, poolId), { ignored: 'the call was refused' })
})

t.test('what is no such event is none', async t => {
  for (const body of [null, [], 'x', 1, {}, { source: 'aws.cognito-idp' }, event({ eventID: 7 })]) {
    t.equal(readUserEvent(body, poolId), null)
  }
})
