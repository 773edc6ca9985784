// Everybody who answers under one set of settings. After a reload those before finish what they have begun.
import { createApp } from '../app.js'
import type { Config } from '../config.js'
import type { CheckResult } from '../lib/readiness.js'
import type { Log } from '../log.js'
import type { Lasting } from '../services/lasting.js'
import { createServices, type Services } from '../services.js'

/** One set of settings at work. */
export interface Generation {
  readonly config: Config
  readonly services: Services
  readonly app: ReturnType<typeof createApp>
  /** Tells WebSockets and event streams to connect again. */
  retire(): Promise<void>
  /** Gives back connections to applications and Redis; once, however often it is asked. */
  close(): Promise<void>
}

/** Asks what can be done. */
type Check = () => Promise<readonly CheckResult[]>

const triesMs = 5000
const pauseMs = 200

/** Builds it; nobody is let in yet. */
export async function createGeneration(
  config: Config,
  log: Log,
  lasting: Lasting,
): Promise<Generation> {
  const services = await createServices(config, log, undefined, lasting)
  const app = createApp(services)
  await app.ready()
  let closed: Promise<void> | null = null
  return {
    config,
    services,
    app,
    async retire() {
      await app.close()
    },
    close() {
      closed ??= services.close()
      return closed
    },
  }
}

/**
 * Waits until those who come can do what those before can: keys are there, and Redis answers. What neither can is a
 * bad minute of others and no fault of the settings.
 *
 * @throws Error that names what the next ones lack
 */
export async function requireAsGood(before: Check, next: Check): Promise<void> {
  const able = (await before()).filter(({ ok }) => ok)
  const until = performance.now() + triesMs
  for (;;) {
    const results = await next()
    const lacking = able.filter(({ name }) => !results.some(one => one.name === name && one.ok))
    if (lacking.length === 0) return
    if (performance.now() > until) {
      const names = lacking.map(({ name }) => name).join(', ')
      throw new Error(`with them ${names} cannot be had, which can be had with the old ones`)
    }
    await new Promise(resolve => setTimeout(resolve, pauseMs))
  }
}
