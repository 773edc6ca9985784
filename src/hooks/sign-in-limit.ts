// How often one client may begin, complete and end sign-ins: a callback costs a call to Cognito, whose quota all share.
import type { onRequestHookHandler } from 'fastify'
import { GatewayError } from '../errors.js'
import { networkOf } from '../lib/network.js'
import type { Rate } from '../lib/rate.js'
import type { Peers } from '../lib/trusted-peers.js'

/** Fails with GW_ERR_TOO_MANY_SIGN_INS. @param perMinute  zero for no limit */
export function limitSignIns({
  rate,
  perMinute,
  peers,
}: {
  rate: Rate
  perMinute: number
  peers: Pick<Peers, 'clientAddress'>
}): onRequestHookHandler {
  return ({ raw }, _reply, done) => {
    if (perMinute === 0) return done()
    const address = peers.clientAddress(raw)
    const retryAfterSeconds = rate.take(networkOf(address), perMinute)
    if (retryAfterSeconds === 0) return done()
    const reason = `more than ${perMinute} within a minute from ${address}`
    done(new GatewayError('GW_ERR_TOO_MANY_SIGN_INS', { reason, retryAfterSeconds }))
  }
}
