// What nobody caught. Left alone, Node would write an error with all that hangs on it, and nothing into the log.
import type { Log } from '../log.js'

/**
 * A forgotten promise is written down, and the process goes on: it must not end everybody's session with it. After an
 * exception that nobody caught, nothing is certain: it is written down, and the process ends with status 1, to be started again.
 */
export function installLastResort(log: Pick<Log, 'error' | 'fatal'>): void {
  process.on('unhandledRejection', error => log.error({ err: error }, 'unhandled rejection'))
  process.on('uncaughtException', error => {
    log.fatal({ err: error }, 'uncaught exception; the process ends')
    process.exit(1)
  })
}
