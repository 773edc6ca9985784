// GET /emulator/certificate.pem: what a program has to trust when the emulator made its certificate itself.
import type { FastifyInstance } from 'fastify'
import type { Realm } from '../realm.js'

export function certificateEndpoint(app: FastifyInstance, { certificate }: Realm): void {
  if (certificate === null) return
  app.get('/emulator/certificate.pem', async (_request, reply) =>
    reply.type('application/x-pem-file').send(certificate),
  )
}
