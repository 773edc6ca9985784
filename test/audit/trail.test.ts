import t from 'tap'
import { createAuditTrail, hashOf, type RecordEvent } from '../../src/audit/trail.js'
import { session } from '../fixtures/session.js'

function trail(): { record: RecordEvent; lines: Record<string, unknown>[] } {
  const lines: Record<string, unknown>[] = []
  const record = createAuditTrail({
    write: (fields, sentence) => lines.push({ ...fields, sentence }),
    addressOf: () => '192.0.2.1',
  })
  return { record, lines }
}

const request = (agent: string) => ({
  id: 'r1',
  raw: { socket: {}, headers: { 'user-agent': agent } } as never,
})

t.test('an event says who, by which session, from where and why', async t => {
  const { record, lines } = trail()
  const one = session()
  const claims = { ...one.identity.claims, origin_jti: 'origin-1', event_id: 'event-1' }
  const signedIn = { ...one, identity: { ...one.identity, claims } }
  record('sign_in', { session: signedIn, request: request('Agent/1.0'), reason: 'words' })
  const { session: hash, ...fields } = lines[0] ?? {}
  t.match(fields, {
    event: 'sign_in',
    sentence: 'signed in',
    id: 'r1',
    sub: one.identity.subject,
    origin_jti: 'origin-1',
    event_id: 'event-1',
    address: '192.0.2.1',
    userAgent: 'Agent/1.0',
    reason: 'words',
  })
  t.equal(hash, hashOf(one.id))
  t.notMatch(JSON.stringify(lines), new RegExp(one.id), 'the id itself is as good as the session')
  t.notMatch(JSON.stringify(lines), /token/)
})

t.test('what a client or a token may write there is short and plain', async t => {
  const { record, lines } = trail()
  const { identity } = session()
  const claims = { origin_jti: 'a"b\nc', event_id: { nested: 1 } }
  record('access_refused', {
    identity: { ...identity, claims },
    request: request(`\u001b[31m\u00e9${'x'.repeat(500)}`),
  })
  t.notOk('origin_jti' in (lines[0] ?? {}), 'no id of Cognito has such characters')
  t.notOk('event_id' in (lines[0] ?? {}))
  const agent = String(lines[0]?.userAgent)
  t.match(agent, /^\\x1b\[31m\\xe9x+$/)
  t.ok(agent.length <= 206, String(agent.length))
})

t.test('nobody, and no request, leave their fields out', async t => {
  const { record, lines } = trail()
  record('settings_loaded', { more: { url: ['https://app.example'] } })
  t.strictSame(JSON.parse(JSON.stringify(lines[0])), {
    event: 'settings_loaded',
    sentence: 'settings loaded',
    url: ['https://app.example'],
  })
})

t.test('off writes nothing', async t => {
  const record = createAuditTrail({ write: null, addressOf: () => t.fail('asked') as never })
  record('sign_in', { session: session(), request: request('x') })
})
