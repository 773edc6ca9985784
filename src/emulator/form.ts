// Bodies of the endpoints: forms and nothing else. Cognito answers anything else as a request that lacks its
// parameters, so a foreign body is read past, not parsed.
import formbody from '@fastify/formbody'
import type { FastifyInstance, FastifyRequest } from 'fastify'

const formType = 'application/x-www-form-urlencoded'

/** Makes forms the only bodies that are parsed. */
export async function acceptForms(app: FastifyInstance): Promise<void> {
  app.removeAllContentTypeParsers()
  await app.register(formbody)
  app.addContentTypeParser('*', (_request, payload, done) => {
    payload.resume()
    payload.once('end', () => done(null, null))
    payload.once('error', done)
  })
}

/** Whether a request has brought a form. */
export function isForm({ headers }: FastifyRequest): boolean {
  const [type = ''] = (headers['content-type'] ?? '').split(';')
  return type.trim().toLowerCase() === formType
}
