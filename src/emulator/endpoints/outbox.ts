// GET /emulator/outbox: what Cognito would have sent, newest first.
import type { FastifyInstance } from 'fastify'
import { sendPage } from '../page.js'
import type { Realm } from '../realm.js'

export function outboxEndpoint(app: FastifyInstance, realm: Realm): void {
  app.get('/emulator/outbox', async (_request, reply) => {
    const messages = [...realm.state.outbox.values()].reverse()
    return sendPage(realm, reply, 'outbox', { title: 'Outbox', wide: true, messages })
  })
}
