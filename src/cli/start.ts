// cognito-gateway start
import cluster from 'node:cluster'
import { availableParallelism } from 'node:os'
import type { Config, LoadedSettings } from '../config.js'
import { type Log, openLog } from '../log.js'
import { closeOnSignal } from './close-on-signal.js'
import { installLastResort } from './last-resort.js'
import { loadSettings } from './load-settings.js'
import { longestStopMs } from './longest-stop.js'
import { createReload } from './reload.js'
import { serve } from './serve.js'
import { findSettingsFile } from './settings-file.js'
import type { Crew } from './workers/primary.js'

/** The gateway's own calls are checked all the same; those that libraries make by themselves are not. */
const tlsIsUnchecked =
  'NODE_TLS_REJECT_UNAUTHORIZED=0 is set: certificates of where the AWS SDK finds its credentials, and of where traces are sent, are not checked; unset it'

/** Serves until a signal comes. Throws SettingsRefused, and an Error that says which port is taken. */
export async function start({ config: file }: { config?: string }): Promise<void> {
  // Without a listener, a reader that has gone would end the process with what Node itself has to say.
  for (const output of [process.stdout, process.stderr]) output.on('error', () => {})
  if (cluster.isWorker) return (await import('./workers/worker.js')).work()
  const found = findSettingsFile(file)
  const load = () => loadSettings({ env: process.env, file: found })
  const given = await load()
  const { config } = given
  const log = await openLog(config.log.level)
  installLastResort(log)
  if (process.env.NODE_TLS_REJECT_UNAUTHORIZED === '0') log.warn(tlsIsUnchecked)
  const gateway = await open(given, log)
  const { reopenAudit } = gateway
  const reload = createReload({ reopenAudit, load, apply: gateway.reload, log })
  const closeByHand = closeOnSignal(
    async ({ byHand }) => {
      const { delay } = gateway.config.shutdown
      log.info({ delaySeconds: byHand ? 0 : delay }, 'gateway is about to stop')
      const whole = await gateway.stop(byHand ? 0 : delay * 1000)
      log.info('gateway has stopped')
      return whole
    },
    () => longestStopMs(gateway.config),
  )
  // On a terminal SIGHUP says that it was closed.
  process.on('SIGHUP', signal => (process.stdout.isTTY ? closeByHand(signal) : void reload()))
  const { host, port } = config.listen
  log.info({ host, port, url: config.url, settingsFile: found ?? null }, 'gateway listens')
  await sayWhatIsWrong(config, log)
}

/** In this process, or in several. */
async function open(given: LoadedSettings, log: Log): Promise<Crew> {
  const { workers } = given.config
  const count = workers === 'auto' ? availableParallelism() : workers
  if (count > 1) return (await import('./workers/primary.js')).serveByWorkers(given, count, log)
  const gateway = await serve(given.config, log)
  return {
    get config() {
      return gateway.config
    },
    reload: ({ config }) => gateway.reload(config),
    reopenAudit: gateway.reopenAudit,
    stop: gateway.stop,
  }
}

/** What the doctor finds at Cognito, before the first user does. */
async function sayWhatIsWrong(config: Config, log: Log): Promise<void> {
  const { examineCognito } = await import('./doctor.js')
  for (const { check, outcome, seen, cause, remedy } of await examineCognito(config)) {
    const line = { check, seen, cause, remedy }
    if (outcome === 'failure')
      log.error(line, 'people cannot sign in; cognito-gateway doctor says more')
    else if (outcome === 'warning') log.warn(line, 'the setup is not as it should be')
  }
}
