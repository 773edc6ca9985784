// A page of the hosted UI with one form: everything that such pages share. A page says what it shows and what its
// form does; what the pool refuses is shown above the form.
import type { FastifyInstance, FastifyReply } from 'fastify'
import { judgeAuthorization } from '../authorization.js'
import { sendBadRequest, sendPage } from '../page.js'
import { PoolError } from '../pool-error.js'
import { type Parameters, pageParameters, type Realm, readParameters } from '../realm.js'
import { describePolicy } from '../sign-in/password.js'
import { giveCsrfToken, isOwnForm, tooOld } from './csrf.js'
import { besides, type Visit } from './steps.js'

/** One field of a form. */
export interface Field {
  readonly name: string
  readonly label: string
  readonly type: 'text' | 'password' | 'email' | 'tel'
  readonly autocomplete: string
  readonly value?: string | undefined
  readonly hint?: string
  readonly isNumeric?: boolean
}

/** What a page shows. */
export interface FormView {
  readonly title: string
  readonly intro?: string
  readonly fields: readonly Field[]
  readonly button: { readonly name: string; readonly text: string }
  /** Other pages of the same sign-in. */
  readonly links?: readonly { readonly path: string; readonly text: string }[]
  /** Whether a code has been sent that is in the outbox. */
  readonly hasCode?: boolean
  /** Another form of one button, such as "send it again". */
  readonly second?: { readonly path: string; readonly text: string }
  /** To be typed or scanned into an authenticator app. */
  readonly authenticator?: { readonly secret: string; readonly uri: string }
}

/** A page by its path. */
export interface FormPage {
  readonly path: string
  /** Null: this browser has no business here, and goes to /login. */
  readonly view: (visit: Visit, form: Parameters) => FormView | null
  /** @returns where to go. What it throws as PoolError is shown. */
  readonly submit: (visit: Visit, form: Parameters) => Promise<string>
}

/** Serves a page. */
export function serveFormPage(app: FastifyInstance, realm: Realm, page: FormPage): void {
  app.get(page.path, async (request, reply) => {
    const visit = open({ request, reply })
    return 'authorization' in visit ? show(visit, {}, null) : leave(reply, visit)
  })

  app.post(page.path, async (request, reply) => {
    const visit = open({ request, reply })
    if (!('authorization' in visit)) return leave(reply, visit)
    const form = readParameters(request.body)
    if (!isOwnForm(request, form._csrf)) return show(visit, form, tooOld)
    if (page.view(visit, form) === null) return show(visit, form, null)
    try {
      return reply.redirect(await page.submit(visit, form), 302)
    } catch (error) {
      if (!(error instanceof PoolError)) throw error
      const clientId = visit.authorization.client.id
      realm.tell({ event: 'sign-in refused', clientId, reason: error.message })
      return show(visit, form, error.message)
    }
  })

  function open(about: Pick<Visit, 'request' | 'reply'>) {
    const judged = judgeAuthorization(realm, pageParameters(realm, about.request.query))
    return 'good' in judged ? { ...about, authorization: judged.good } : judged
  }

  function leave(
    reply: FastifyReply,
    judged: { readonly badRequest: string } | { readonly location: string },
  ): FastifyReply {
    if ('badRequest' in judged) return sendBadRequest(realm, reply, judged.badRequest)
    return reply.redirect(judged.location, 302)
  }

  function show(visit: Visit, form: Parameters, error: string | null): FastifyReply {
    const { request, reply } = visit
    const view = page.view(visit, form)
    if (view === null) return reply.redirect(besides(realm, request, '/login'), 302)
    return sendPage(realm, reply, 'form', {
      links: [],
      intro: null,
      hasCode: false,
      second: null,
      authenticator: null,
      ...view,
      action: request.url,
      csrf: giveCsrfToken(realm, request, reply),
      error,
      to: (path: string) => besides(realm, request, path),
    })
  }
}

/** A field for six digits. */
export function codeField(name: string, value?: string): Field {
  const rest = { label: 'Code', type: 'text', autocomplete: 'one-time-code' } as const
  return { name, value, ...rest, isNumeric: true }
}

/** A field for a password that the policy allows. */
export function newPasswordField({ settings: { passwordPolicy } }: Realm): Field {
  return {
    name: 'password',
    label: 'New password',
    type: 'password',
    autocomplete: 'new-password',
    hint: describePolicy(passwordPolicy),
  }
}
