// What was asked of the emulator, so that tests can count. Names of parameters, never their values.
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Tell } from './events.js'
import { readParameters } from './realm.js'

/** One call, written down when it arrives. */
export interface SeenCall {
  readonly method: string
  readonly path: string
  readonly grantType: string | null
  /** Of an AWS API: `InitiateAuth`. */
  readonly operation: string | null
  /** Names of the query's and the form's parameters, in their order. */
  readonly parameters: readonly string[]
  /** Whether the client sent an Authorization header. */
  readonly authorized: boolean
  /** 0 while there is no answer, and for good when it was lost. */
  readonly status: number
}

const maxCalls = 10_000
/** Longer names and grant types are cut. */
const maxNameLength = 64

/** Records the calls of an app; the newest are kept. */
export function recordCalls(app: FastifyInstance, tell: Tell): SeenCall[] {
  const calls: SeenCall[] = []
  const open = new WeakMap<FastifyRequest, { status: number }>()

  app.addHook('preHandler', async request => {
    const call = describeCall(request)
    open.set(request, call)
    calls.push(call)
    if (calls.length > maxCalls) calls.shift()
  })
  app.addHook('onResponse', async (request, { statusCode: status }) => {
    const call = open.get(request)
    if (call !== undefined) call.status = status
    tell({ event: 'request', method: request.method, path: pathOf(request.url), status })
  })
  return calls
}

/** A request target without its query. */
export function pathOf(target: string): string {
  return target.split('?')[0] ?? ''
}

/** The operation of a call to an AWS API (`InitiateAuth`); null for every other request. */
export function operationOf({ url, headers, body }: FastifyRequest): string | null {
  if (pathOf(url) !== '/') return null
  const [, named] = String(headers['x-amz-target'] ?? '').split('.')
  return named ?? readParameters(body).Action ?? null
}

function describeCall(request: FastifyRequest) {
  const { grant_type: grantType } = readParameters(request.body)
  const names = [request.query, request.body].flatMap(part => Object.keys(part ?? {}))
  return {
    method: request.method,
    path: pathOf(request.url),
    grantType: grantType?.slice(0, maxNameLength) ?? null,
    operation: operationOf(request)?.slice(0, maxNameLength) ?? null,
    parameters: names.map(name => name.slice(0, maxNameLength)),
    authorized: request.headers.authorization !== undefined,
    status: 0,
  }
}
