// /emulator/api: the pool by JSON, for tests in any language. No signature, no password: the emulator is on this
// machine, and pages from elsewhere are refused.
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { faultSchema } from '../admin/fault.js'
import { describeUser, listClients, listGroups, listSignIns } from '../admin/overview.js'
import { refuseForeignPages } from '../admin/own-origin.js'
import { newUserSchema, userChangesSchema } from '../admin/users.js'
import { createAdministration } from '../administration.js'
import { ServiceError } from '../aws/service-error.js'
import { openHostedSession } from '../hosted-session.js'
import { findUser, type Realm, readParameters } from '../realm.js'
import { addUser } from '../users.js'

const prefix = '/emulator/api'

export function adminApiEndpoint(parent: FastifyInstance, realm: Realm): void {
  const { settings, state, faults } = realm
  const administration = createAdministration(realm)

  parent.register(async app => {
    app.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) => {
      try {
        done(null, JSON.parse(String(body)))
      } catch {
        done(new RangeError('the body is no JSON'))
      }
    })
    app.addHook('onRequest', refuseForeignPages(realm))
    app.setErrorHandler((error, _request, reply) => {
      const isKnown = error instanceof RangeError || error instanceof ServiceError
      if (!isKnown) throw error
      return reply.code(400).send({ error: error.name, message: error.message })
    })

    app.get(`${prefix}/users`, async () => settings.users.map(describeUser))
    app.post(`${prefix}/users`, async ({ body }, reply) => {
      const user = newUserSchema.parse(body)
      return reply.code(201).send(describeUser(addUser(realm, user, 'AdminCreateUser')))
    })
    app.patch(`${prefix}/users/:username`, async request => {
      const { username } = getUser(request)
      administration.update(username, userChangesSchema.parse(request.body))
      return describeUser(getUser(request))
    })
    app.delete(`${prefix}/users/:username`, async (request, reply) => {
      administration.remove(getUser(request).username)
      return reply.code(204).send()
    })
    app.post(`${prefix}/users/:username/sign-out`, async (request, reply) => {
      administration.signOutEverywhere(getUser(request).username)
      return reply.code(204).send()
    })
    app.get(`${prefix}/groups`, async () => listGroups(realm))
    app.get(`${prefix}/clients`, async () => listClients(realm))
    app.get(`${prefix}/outbox`, async () => [...state.outbox.values()].reverse())
    app.get(`${prefix}/sign-ins`, async () => listSignIns(realm))

    app.post(`${prefix}/tokens`, async ({ body }) => {
      const {
        username = '',
        clientId = settings.clients[0]?.id ?? '',
        scope,
      } = readParameters(body)
      const scopes = scope?.split(' ').filter(name => name !== '')
      return administration.tokensFor(username, clientId, scopes)
    })
    app.post(`${prefix}/sessions`, async request => {
      const { username } = readParameters(request.body)
      const user = findUser(realm, username ?? '')
      if (user === undefined) throw new RangeError(`no user "${username}" in this user pool`)
      const { id } = openHostedSession(realm, user)
      return { cookie: { name: 'cognito', value: id }, domain: realm.domain }
    })

    app.get(`${prefix}/faults`, async () => faults.list())
    app.put(`${prefix}/faults`, async ({ body }, reply) => {
      const { path, fault } = faultSchema.parse(body)
      faults.set(path, fault)
      return reply.code(204).send()
    })
    app.delete(`${prefix}/faults`, async (request, reply) => {
      faults.clear(readParameters(request.query).path)
      return reply.code(204).send()
    })
    app.post(`${prefix}/keys/rotate`, async (_request, reply) => {
      await realm.keys.rotate()
      return reply.code(204).send()
    })
  })

  function getUser({ params }: FastifyRequest) {
    const { username } = params as { username: string }
    const user = findUser(realm, username)
    if (user !== undefined) return user
    throw new RangeError(`no user "${username}" in this user pool`)
  }
}
