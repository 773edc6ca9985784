// "Your form was not lost": a form that meets the end of its session goes back to the person in a page that can send
// it again. Nothing is stored, and nothing of it is forwarded.
import type { IncomingMessage } from 'node:http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { GatewayError } from '../errors.js'
import { networkOf } from '../lib/network.js'
import { createPlaces } from '../lib/places.js'
import type { Peers } from '../lib/trusted-peers.js'
import { acceptsHtml } from '../login/navigation.js'
import { carryForm } from '../pages/carried-form.js'
import type { LostFormReason } from '../pages/page.js'
import type { FinishedPage, Pages } from '../pages/pages.js'
import { chooseLanguage } from '../texts/language.js'
import type { FailureAnswers } from './error-handler.js'
import { mustProveAgain } from './prove-again.js'

/** Answers a form post of nobody with a page, 401. */
export type KeepForm = (request: FastifyRequest, reply: FastifyReply) => Promise<void>

const maxBytes = 65_536
const deadlineMs = 10_000
/** Bodies held at once, and those of one client's network. */
const maxReading = { all: 100, each: 5 }
/** Of a path in a link that also has to fit into a transaction cookie. */
const maxPathLength = 500

/**
 * Whether a request is a form that a page of this very origin posted, in a tab.
 *
 * What another site posts must never come back as a page of ours: sent again from there it would carry the proof of
 * our own origin (cross-site request forgery). So only Fetch Metadata counts, which no page can write.
 */
export function isOwnForm({ raw, browser }: FastifyRequest): boolean {
  const { headers, method } = raw
  if (method !== 'POST' || headers['sec-fetch-site'] !== 'same-origin') return false
  if (headers['sec-fetch-mode'] !== 'navigate' || headers['sec-fetch-dest'] !== 'document')
    return false
  // A page with `Referrer-Policy: no-referrer` sends `null`.
  const { origin = 'null', expect, upgrade, accept } = headers
  if (origin !== 'null' && origin !== browser.origin) return false
  return expect === undefined && upgrade === undefined && acceptsHtml(accept)
}

/** Keeps forms of up to 64 KB; says of others what they were, and that they did not arrive. */
export function createFormKeeper({
  pages,
  failures,
  peers,
  signInPath,
}: {
  pages: Pages
  failures: Pick<FailureAnswers, 'dress' | 'tell'>
  peers: Pick<Peers, 'clientAddress'>
  /**
   * Where the person signs in, in another tab.
   *
   * @param page   whose route says how; null for the usual way
   * @param again  with the password, whoever is signed in
   */
  signInPath: (page: string | null, again: boolean) => string
}): KeepForm {
  const takePlace = createPlaces(maxReading)

  async function readForm(request: IncomingMessage): Promise<Buffer | LostFormReason> {
    if (!isPlainForm(request)) return 'files'
    if (Number(request.headers['content-length'] ?? 0) > maxBytes) return 'tooLarge'
    const leave = takePlace(networkOf(peers.clientAddress(request)))
    if (leave === null) return 'unreadable'
    try {
      return await readBody(request)
    } finally {
      leave()
    }
  }

  function render(request: FastifyRequest, body: Buffer | LostFormReason): FinishedPage {
    const language = chooseLanguage(request.headers['accept-language'])
    const signIn = signInPath(pageToSignInFor(request), mustProveAgain(request))
    const action = request.target.raw
    if (typeof body === 'string') return pages.render('lost-form', language, { why: body, signIn })
    const form = leadsHere(action, request.browser.origin) ? carryForm(body) : null
    if (form === null) return pages.render('lost-form', language, { why: 'files', signIn })
    const facts = { ...form, action, signIn }
    return pages.render('kept-form', language, facts, form.carrier === 'script')
  }

  return async (request, reply) => {
    const body = await readForm(request.raw)
    const page = render(request, body)
    const what = typeof body === 'string' ? `could not be kept: ${body}` : 'went back to its person'
    const error = new GatewayError('GW_ERR_LOGIN_REQUIRED', { reason: `a form ${what}` })
    failures.tell(error, request)
    const answer = failures.dress(page, error, request)
    reply.code(answer.status).headers(answer.headers).send(answer.body)
  }
}

/** Where the route asks anything of the sign-in, its page without the query. */
function pageToSignInFor({ route, target }: FastifyRequest): string | null {
  const path = target.raw.slice(0, target.raw.length - target.query.length)
  return Object.keys(route.login).length > 0 && path.length <= maxPathLength ? path : null
}

/** As browsers say it: with a charset or a coding it comes from something else. */
function isPlainForm({ headers }: IncomingMessage): boolean {
  const isForm = headers['content-type']?.toLowerCase() === 'application/x-www-form-urlencoded'
  return isForm && headers['content-encoding'] === undefined
}

/** The bytes of a target that begins with one slash lead back to this origin, as browsers read them. */
function leadsHere(target: string, origin: string): boolean {
  return URL.canParse(target, origin) && new URL(target, origin).origin === origin
}

/** The whole body, or why there is none. What is left of it is read and forgotten in `finish`. */
function readBody(request: IncomingMessage): Promise<Buffer | LostFormReason> {
  return new Promise(resolve => {
    const chunks: Buffer[] = []
    let bytes = 0
    const settle = (found: Buffer | LostFormReason) => {
      clearTimeout(timer)
      request.off('data', onData).off('end', onEnd).off('close', onClose)
      resolve(found)
    }
    const onData = (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes > maxBytes) settle('tooLarge')
      else chunks.push(chunk)
    }
    const onEnd = () => settle(Buffer.concat(chunks))
    const onClose = () => settle('unreadable')
    const timer = setTimeout(settle, deadlineMs, 'unreadable')
    request.on('data', onData).on('end', onEnd).on('close', onClose)
  })
}
