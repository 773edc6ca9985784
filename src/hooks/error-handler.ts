// The only door out for failures: page or JSON by what the client accepts, with an id that stands on the
// answer and in the log line. What is not marked public leaves as a plain 500.
import type { ServerResponse } from 'node:http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { type ErrorCode, errorTable, GatewayError } from '../errors.js'
import { hstsHeaders } from '../lib/hsts.js'
import type { Log } from '../log.js'
import { acceptsHtml } from '../login/navigation.js'
import { fitReturnTo, judgeReturnTo } from '../login/return-to.js'
import type { PageFacts } from '../pages/page.js'
import type { FinishedPage, Pages } from '../pages/pages.js'
import { chooseLanguage } from '../texts/language.js'
import type { Language } from '../texts/table.js'
import { createFailureLog, massCodes } from './failure-log.js'

/** Where a protected resource says who issues its tokens (RFC 9728 section 3). */
export const resourceMetadataPath = '/.well-known/oauth-protected-resource'

/** An answer that is ready to be written. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** Turns a failure into an answer, and writes it down. */
export interface FailureAnswers {
  /** For a request that Fastify still answers. */
  readonly handle: (error: unknown, request: FastifyRequest, reply: FastifyReply) => FastifyReply
  /** A failure in a page of its own; nothing is written down. */
  readonly dress: (page: FinishedPage, error: GatewayError, request: FastifyRequest) => Answer
  /** Writes a failure down that such a page answers. */
  readonly tell: (error: GatewayError, request: FastifyRequest) => void
  /** For a request whose reply was hijacked and of which nothing was written yet. */
  readonly write: (error: unknown, request: FastifyRequest, response: ServerResponse) => void
}

/** Codes whose page offers to sign in. */
const signInHelps: ReadonlySet<ErrorCode> = new Set([
  'GW_ERR_CALLBACK_INVALID',
  'GW_ERR_CODE_REFUSED',
  'GW_ERR_COGNITO_UNAVAILABLE',
  'GW_ERR_COOKIES_BLOCKED',
  'GW_ERR_LOGIN_LOOP',
  'GW_ERR_LOGIN_REFUSED',
  'GW_ERR_LOGIN_REQUIRED',
  'GW_ERR_STATE_UNKNOWN',
  'GW_ERR_TOKENS_REFUSED',
  'GW_ERR_TRANSACTION_EXPIRED',
])

/** From here on a failure passes by itself, so that asking again may help: 502, 503, 504. */
const passingStatus = 502

/** Codes whose page offers to sign in as somebody else. */
const accountHelps: ReadonlySet<ErrorCode> = new Set([
  'GW_ERR_FORBIDDEN',
  'GW_ERR_LOGIN_NOT_ALLOWED',
])

/** Fastify's own refusals, by their codes. */
const fastifyCodes: Readonly<Record<string, ErrorCode>> = {
  FST_ERR_BAD_URL: 'GW_ERR_TARGET_REFUSED',
  FST_ERR_CTP_BODY_TOO_LARGE: 'GW_ERR_REQUEST_INVALID',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'GW_ERR_REQUEST_INVALID',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'GW_ERR_REQUEST_INVALID',
}

/** Failure answers made from the error table. */
export function createFailureAnswers({
  pages,
  startPath,
  signOutPath,
  isOwnPath,
  hasResourceMetadata,
  hsts,
  record,
  log,
}: {
  pages: Pages
  /** Path of the login start, for links on pages and in JSON. */
  startPath: string
  signOutPath: string
  /** Whether a path is the gateway's: nobody wants to come back there. */
  isOwnPath: (path: string) => boolean
  /** Whether challenges name the document of RFC 9728. */
  hasResourceMetadata: boolean
  /** Seconds of Strict-Transport-Security, for what no hook of Fastify sees. */
  hsts: number | undefined
  /** Told every failure. */
  record: (error: GatewayError, request: FastifyRequest) => void
  log: Pick<Log, 'info' | 'warn' | 'error'>
}): FailureAnswers {
  const writeDown = createFailureLog(log)

  function answer(thrown: unknown, request: FastifyRequest): Answer {
    const error = toGatewayError(thrown)
    writeDown(error, thrown, request)
    record(error, request)
    const { code } = error
    const { upgrade, accept } = request.headers
    const wantsPage = upgrade === undefined && acceptsHtml(accept)
    // JSON of a mass refusal names no page, so none is looked for.
    const from = wantsPage || !massCodes.has(code) ? pageOf(request, isOwnPath) : '/'
    const login = `${startPath}?rd=${encodeURIComponent(from)}`
    const { detail, detailLink } = error
    const framed = isFramed(request)
    const otherAccount = accountHelps.has(error.code) ? changeAccount(error, request) : null
    const retry = request.raw.method === 'GET' && from !== '/' ? from : null
    const facts = { code, detail, detailLink, id: request.id, framed, otherAccount, retry }
    const { body, headers } = wantsPage
      ? page(pages, facts, login, languageOf(request, isOwnPath))
      : json(facts, login)
    return finish(body, headers, error, request)
  }

  function finish(
    body: string,
    headers: Readonly<Record<string, string>>,
    error: GatewayError,
    request: FastifyRequest,
  ): Answer {
    const common = commonHeaders(error, request, hasResourceMetadata)
    const joined = joinVary(headers, { ...common, 'x-request-id': request.id })
    return { status: error.status, body, headers: joined }
  }

  /**
   * Through Cognito's sign-out: its own session of an hour would bring the same person back. Null for who is signed in
   * neither here nor there.
   */
  function changeAccount({ code }: GatewayError, request: FastifyRequest): string | null {
    if (request.session === null && code !== 'GW_ERR_LOGIN_NOT_ALLOWED') return null
    return `${signOutPath}?rd=${encodeURIComponent(request.wanted ?? pageOf(request, isOwnPath))}`
  }

  return {
    dress: ({ html, headers }, error, request) => finish(html, headers, error, request),
    tell(error, request) {
      writeDown(error, error, request)
      record(error, request)
    },
    handle(error, request, reply) {
      const { status, headers, body } = answer(error, request)
      return reply.code(status).headers(headers).send(body)
    },
    write(error, request, response) {
      const { status, headers, body } = answer(error, request)
      const setCookies = request.sessionCookies()
      response.writeHead(status, {
        ...headers,
        ...hstsHeaders(hsts),
        // A session that was refreshed for this request is the only one that has the new tokens.
        ...(setCookies.length > 0 ? { 'set-cookie': [...setCookies] } : {}),
        'content-length': Buffer.byteLength(body),
      })
      response.end(body)
    },
  }
}

function toGatewayError(thrown: unknown): GatewayError {
  if (thrown instanceof GatewayError) return thrown
  const { code } = (thrown ?? {}) as { code?: unknown }
  const known = typeof code === 'string' ? fastifyCodes[code] : undefined
  return new GatewayError(known ?? 'GW_ERR_INTERNAL', { cause: thrown })
}

/** What page and JSON are made of. Other account and retry: where those would lead. */
type Facts = Omit<PageFacts['error'], 'signIn' | 'home'>

function page(pages: Pages, facts: Facts, login: string, language: Language) {
  const { code } = facts
  const signIn = signInHelps.has(code) ? login : null
  const { html, headers } = pages.render('error', language, {
    ...facts,
    signIn,
    retry: errorTable[code].status >= passingStatus ? facts.retry : null,
    home: signIn === null,
  })
  return { body: html, headers }
}

/** Both say what the answer depends on. */
function joinVary(
  first: Readonly<Record<string, string>>,
  second: Readonly<Record<string, string>>,
): Record<string, string> {
  const vary = [first.vary, second.vary].filter(value => value !== undefined).join(', ')
  return { ...first, ...second, ...(vary === '' ? {} : { vary }) }
}

/** `lang=` is ours on our own pages alone: elsewhere it is a parameter of the application. */
function languageOf(
  { headers, target }: FastifyRequest,
  isOwnPath: (path: string) => boolean,
): Language {
  const isOwn = target && isOwnPath(target.path)
  const asked = isOwn ? new URLSearchParams(target.query).get('lang') : null
  return chooseLanguage(headers['accept-language'], asked)
}

function json({ code, detail, detailLink, id }: Facts, login: string) {
  const { message } = errorTable[code]
  const error = code.slice('GW_ERR_'.length).toLowerCase()
  const needsLogin = code === 'GW_ERR_LOGIN_REQUIRED'
  return {
    body: JSON.stringify({
      error,
      ...(needsLogin ? { login } : {}),
      code,
      message,
      detail,
      link: detailLink,
      id,
    }),
    headers: {
      'content-type': 'application/json; charset=utf-8',
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
    },
  }
}

function commonHeaders(
  { code, retryAfterSeconds }: GatewayError,
  request: FastifyRequest,
  namesMetadata: boolean,
): Record<string, string> {
  const challenge = challengeFor(code, request, namesMetadata)
  return {
    ...crossOriginHeaders(request),
    ...(challenge === null ? {} : { 'www-authenticate': challenge }),
    ...(retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) }),
  }
}

function isFramed({ headers }: FastifyRequest): boolean {
  return /^(?:iframe|frame|embed|object)$/.test(String(headers['sec-fetch-dest']))
}

/** So that a page of an origin that the route allows can read why it was refused. */
function crossOriginHeaders({ route, headers }: FastifyRequest): Record<string, string> {
  const lines = route?.crossOrigin?.linesFor(headers.origin) ?? []
  const names = lines.filter((_, at) => at % 2 === 0)
  return Object.fromEntries(names.map((name, at) => [name.toLowerCase(), lines[at * 2 + 1] ?? '']))
}

/** RFC 6750 section 3, with the place where clients learn of the user pool (RFC 9728 section 5.1). */
function challengeFor(
  code: ErrorCode,
  { caller, session, browser }: FastifyRequest,
  namesMetadata: boolean,
): string | null {
  const metadata = `resource_metadata="${browser?.origin ?? ''}${resourceMetadataPath}"`
  const challenge = (...parts: string[]) =>
    ['Bearer', [...parts, ...(namesMetadata ? [metadata] : [])].join(', ')].join(' ').trim()
  if (code === 'GW_ERR_LOGIN_REQUIRED') return challenge()
  if (code === 'GW_ERR_TOKEN_INVALID') return challenge('error="invalid_token"')
  const isBearer = caller !== null && session === null
  return code === 'GW_ERR_FORBIDDEN' && isBearer ? challenge('error="insufficient_scope"') : null
}

/** The page the person is on: where the script that asked runs, or what was asked for. */
function pageOf(
  { browser, target, headers, raw }: FastifyRequest,
  isOwnPath: (path: string) => boolean,
): string {
  if (!browser || !target) return '/'
  const rules = { ...nowhereElse, origin: browser.origin }
  const { referer } = headers
  const fromScript = headers['sec-fetch-dest'] === 'empty' || raw.method !== 'GET'
  if (fromScript && referer !== undefined) return judgeReturnTo(referer, rules) ?? '/'
  return raw.method === 'GET' && !isOwnPath(target.path) ? fitReturnTo(target) : '/'
}

const nowhereElse = { ownOrigins: [], allowedOrigins: [], passingPaths: new Set<string>() }
