// Whether somebody who is sent to the hosted UI has to give the password although Cognito knows who they are.
import type { FastifyRequest } from 'fastify'

/** Who is signed in and has to sign in did so too long ago. Who only lacks a scope of the route proved who they are. */
export function mustProveAgain({
  session,
  decision,
}: Pick<FastifyRequest, 'session' | 'decision'>): boolean {
  return session !== null && decision === 'login'
}
