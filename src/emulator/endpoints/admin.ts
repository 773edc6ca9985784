// GET and POST /emulator: the pool at a glance, and a few things to do to it.
import type { FastifyInstance } from 'fastify'
import { describeUser, listClients, listGroups, listSignIns } from '../admin/overview.js'
import { refuseForeignPages } from '../admin/own-origin.js'
import { createAdministration } from '../administration.js'
import { sendBadRequest, sendPage } from '../page.js'
import { giveCsrfToken, isOwnForm, tooOld } from '../pages/csrf.js'
import { findUser, type Parameters, type Realm, readParameters } from '../realm.js'

/** Faults that the page offers. */
const offered = {
  throttle: { throttle: true },
  error: { status: 500, body: 'Internal Server Error' },
  slow: { delayMs: 5000 },
  reset: { reset: true },
  loseAnswer: { loseAnswer: true },
} as const

export function adminEndpoint(app: FastifyInstance, realm: Realm): void {
  const administration = createAdministration(realm)
  const { faults } = realm

  app.get('/emulator', async (request, reply) =>
    sendPage(realm, reply, 'admin', {
      title: 'Administration',
      wide: true,
      csrf: giveCsrfToken(realm, request, reply),
      users: realm.settings.users.slice(0, maxUsersShown).map(describeUser),
      groups: listGroups(realm),
      clients: listClients(realm),
      signIns: listSignIns(realm).slice(0, maxSignInsShown),
      messages: realm.state.outbox.size,
      faults: faults.list(),
      domain: realm.domain,
      issuer: realm.issuer,
    }),
  )

  app.post('/emulator', { onRequest: refuseForeignPages(realm) }, async (request, reply) => {
    const form = readParameters(request.body)
    if (!isOwnForm(request, form._csrf)) return sendBadRequest(realm, reply, tooOld)
    act(form)
    return reply.redirect('/emulator', 303)
  })

  /** Does what a button says; a user who is gone meanwhile is nothing to do. */
  function act({ act: name, username = '', path = '', fault = '' }: Parameters): void {
    if (name === 'clear-faults') faults.clear()
    if (name === 'fault' && path !== '' && Object.hasOwn(offered, fault)) {
      const times = fault === 'loseAnswer' ? { times: 1 } : {}
      faults.set(path, { ...offered[fault as keyof typeof offered], ...times })
    }
    if (findUser(realm, username) === undefined) return
    if (name === 'disable') administration.update(username, { enabled: false })
    if (name === 'enable') administration.update(username, { enabled: true })
    if (name === 'sign-out') administration.signOutEverywhere(username)
    if (name === 'delete') administration.remove(username)
  }
}

const maxUsersShown = 100
const maxSignInsShown = 50
