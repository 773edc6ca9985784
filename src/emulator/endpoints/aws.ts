// POST /: the AWS APIs that a user pool has beside its pages. The JSON protocol names its operation in
// X-Amz-Target, STS in a form. Scripts of any origin may call, as at AWS.
import { randomUUID } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { userPoolOperations } from '../api/operations.js'
import type { Call, Input, Operations } from '../aws/call.js'
import { ServiceError } from '../aws/service-error.js'
import { isForm } from '../form.js'
import { identityPoolOperations } from '../identity-pool/operations.js'
import { assumeRole, stsRefusal } from '../identity-pool/sts.js'
import { type Realm, readParameters } from '../realm.js'

const jsonType = 'application/x-amz-json-1.1'

export function awsEndpoint(parent: FastifyInstance, realm: Realm): void {
  const services: Readonly<Record<string, Operations>> = {
    AWSCognitoIdentityProviderService: userPoolOperations(realm),
    AWSCognitoIdentityService: identityPoolOperations(realm),
  }

  // In a context of its own: nowhere else is a body read as JSON.
  parent.register(async app => {
    app.addContentTypeParser(jsonType, { parseAs: 'string' }, (_request, body, done) =>
      done(null, parseInput(String(body))),
    )

    app.options('/', async (request, reply) =>
      reply
        .headers({
          'access-control-allow-origin': '*',
          'access-control-allow-methods': 'POST',
          'access-control-allow-headers':
            request.headers['access-control-request-headers'] ?? 'content-type',
          'access-control-max-age': '600',
        })
        .code(200)
        .send(),
    )

    app.post('/', async (request, reply) => {
      reply.headers({
        'access-control-allow-origin': '*',
        'access-control-expose-headers': 'x-amzn-ErrorType, x-amzn-RequestId',
        'x-amzn-requestid': randomUUID(),
        'cache-control': 'no-store',
      })
      return isForm(request) ? answerForm(request, reply) : answerJson(request, reply)
    })
  })

  async function answerForm({ body }: FastifyRequest, reply: FastifyReply) {
    reply.type('text/xml')
    try {
      return reply.send(await assumeRole(realm, readParameters(body)))
    } catch (error) {
      const known = refusal(error)
      return reply.code(known.status).send(stsRefusal(known))
    }
  }

  async function answerJson(request: FastifyRequest, reply: FastifyReply) {
    reply.type(jsonType)
    try {
      const operation = findOperation(request)
      const answer = await operation(request.body as Input, describeCall(request))
      return reply.send(Buffer.from(JSON.stringify(answer)))
    } catch (error) {
      const { status, name, message } = refusal(error)
      return reply
        .code(status)
        .header('x-amzn-errortype', `${name}:`)
        .send(Buffer.from(JSON.stringify({ __type: name, message })))
    }
  }

  function findOperation({ headers, body }: FastifyRequest) {
    const [service = '', name = ''] = String(headers['x-amz-target'] ?? '').split('.')
    const operations = Object.hasOwn(services, service) ? services[service] : undefined
    const found =
      operations !== undefined && Object.hasOwn(operations, name) ? operations[name] : undefined
    if (found === undefined) {
      throw new ServiceError('UnknownOperationException', 'The emulator has no such operation.')
    }
    if (body === null || body === undefined) {
      throw new ServiceError('SerializationException', 'The body is no JSON object.')
    }
    return found
  }

  /** What is no refusal is a fault of the emulator: told, and answered as AWS answers its own. */
  function refusal(error: unknown): ServiceError {
    if (error instanceof ServiceError) {
      realm.tell({ event: 'api refused', error: error.name, reason: error.message })
      return error
    }
    realm.tell({ event: 'api failed', reason: error instanceof Error ? error.name : 'unknown' })
    return new ServiceError('InternalErrorException', 'Something went wrong in the emulator.', 500)
  }
}

function describeCall({ headers }: FastifyRequest): Call {
  return { isSigned: (headers.authorization ?? '').startsWith('AWS4-HMAC-SHA256 ') }
}

/** A JSON object; null for anything else. */
function parseInput(body: string): Input | null {
  try {
    const parsed: unknown = JSON.parse(body)
    const isObject = typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)
    return isObject ? (parsed as Input) : null
  } catch {
    return null
  }
}
