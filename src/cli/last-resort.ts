// What nobody caught. Left alone, Node would write an error with all that hangs on it, and nothing into the log.
import { framesOf, type Log } from '../log.js'

/**
 * A forgotten promise is written down, and the process goes on: it must not end everybody's session with it. After an
 * exception that nobody caught, nothing is certain: it is written down, and the process ends with status 1, to be started
 * again. Why it ended is told on standard error where the log is silent: class and place, for the text may hold anything.
 */
export function installLastResort(log: Pick<Log, 'error' | 'fatal' | 'level'>): void {
  process.on('unhandledRejection', error => {
    log.error({ err: error, stack: framesOf(error) }, 'unhandled rejection')
  })
  process.on('uncaughtException', error => {
    const stack = framesOf(error)
    log.fatal({ err: error, stack }, 'uncaught exception; the process ends')
    if (log.level === 'silent') process.stderr.write(`${inShort(error, stack)}\n`)
    process.exit(1)
  })
}

function inShort(error: unknown, stack: readonly string[]): string {
  const thrown = error instanceof Error ? error.constructor.name : typeof error
  return `cognito-gateway: uncaught exception; the process ends: ${[thrown, ...stack].join(' ')}`
}
