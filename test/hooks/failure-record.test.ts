import type { FastifyRequest } from 'fastify'
import t from 'tap'
import type { AuditEvent, AuditFacts } from '../../src/audit/trail.js'
import { GatewayError } from '../../src/errors.js'
import { recordFailures } from '../../src/hooks/failure-record.js'
import { session } from '../fixtures/session.js'

const refused = new GatewayError('GW_ERR_TOKEN_INVALID')

function asked(more: Partial<FastifyRequest> = {}): FastifyRequest {
  const raw = { headers: {}, socket: {} }
  return { id: 'x', raw, target: { path: '/' }, session: null, caller: null, ...more } as never
}

// A bad token cost nothing to send, and each wrote a line: anybody could fill the disk of the audit.
t.test(
  'a flood of bad tokens is one line of the audit; people that are known have one each',
  async t => {
    const lines: [AuditEvent, AuditFacts][] = []
    let counted = 0
    const record = recordFailures({
      callbackPath: '/oauth2/callback',
      countFailure: () => void counted++,
      countLoginRefusal: () => {},
      record: (event, facts) => void lines.push([event, facts]),
    })
    for (let sent = 0; sent < 100; sent++) record(refused, asked())
    t.equal(lines.length, 1)
    t.equal(counted, 100, 'and each is counted')
    for (let sent = 0; sent < 3; sent++) {
      record(new GatewayError('GW_ERR_FORBIDDEN'), asked({ session: session() }))
    }
    t.equal(lines.length, 4)
  },
)
