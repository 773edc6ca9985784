// GET ISSUER/.well-known/jwks.json
import type { FastifyInstance } from 'fastify'
import type { Realm } from '../realm.js'

export function jwksEndpoint(app: FastifyInstance, { settings, keys }: Realm): void {
  app.get(`/${settings.poolId}/.well-known/jwks.json`, async () => keys.jwks())
}
