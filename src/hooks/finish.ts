// Last of all hooks, for every answer that Fastify writes: what the browser has to know of its session, and the
// rest of a body that nobody wanted.
import type { onSendHookHandler } from 'fastify'
import { hstsName, hstsValue } from '../lib/hsts.js'
import { hasBody, letGo } from '../proxy/upload.js'

/** Adds the session's Set-Cookie lines. Our own endpoints read no bodies, and nobody may send one for ever. */
export const finish: onSendHookHandler = (request, reply, _payload, done) => {
  for (const line of request.sessionCookies()) reply.header('set-cookie', line)
  if (hasBody(request.raw)) letGo(request.raw)
  done()
}

/** Adds Strict-Transport-Security. @param seconds  how long browsers remember it */
export function comeByHttpsOnly(seconds: number): onSendHookHandler {
  const value = hstsValue(seconds)
  return (_request, reply, _payload, done) => {
    reply.header(hstsName, value)
    done()
  }
}
