// What watches the rest at work: the audit, traces, the times of requests and of calls to the token endpoint.
import { createAuditTrail, type RecordEvent } from '../audit/trail.js'
import type { Config } from '../config.js'
import type { Peers } from '../lib/trusted-peers.js'
import { type Log, openAuditLog } from '../log.js'
import type { TokenGrant } from './login-metrics.js'
import type { Metrics } from './metrics.js'
import { keepRequestTimes } from './request-times.js'
import { openTracing } from './tracing.js'

/** Makes a call to the token endpoint, timed and traced. */
export type CallToken = <T>(grant: TokenGrant, call: () => Promise<T>) => Promise<T>

/** Opens what the settings ask for. Rejects when the packages for traces are missing. */
export async function openObservation(config: Config, metrics: Metrics, peers: Peers, log: Log) {
  const audit = openAuditLog(config.log.audit, log)
  const tracing = await openTracing(config.tracing, log)
  const { requests } = config.log
  const times = requests === 'none' ? null : keepRequestTimes(metrics.watchRoute, log)
  const callToken: CallToken = (grant, call) => {
    const timed = () => metrics.timeTokenCall(grant, call)
    if (tracing === null) return timed()
    return tracing.call('POST /oauth2/token', { 'oauth.grant_type': grant }, timed)
  }
  const record: RecordEvent = createAuditTrail({
    write: audit.write,
    addressOf: peers.clientAddress,
  })

  return {
    record,
    reopenAudit: audit.reopen,
    callToken,
    ownsTrace: tracing !== null,
    watchRoute: times?.watchRoute ?? metrics.watchRoute,
    requestLog: times === null || requests === 'none' ? null : { which: requests, ...times },
    tracing: tracing && { tracing, continues: config.tracing.continue, peers },
    async close(): Promise<void> {
      audit.close()
      await tracing?.close()
    },
  }
}
