// Tracing where the settings ask for it; else nothing of it is loaded.
import { SettingsRefused } from '../errors.js'
import { createNowAndThen } from '../lib/now-and-then.js'
import type { Log } from '../log.js'
import type { TracingSettings } from '../tracing/settings.js'
import type { Tracing } from '../tracing/tracing.js'

/** What has to be installed beside the gateway. */
const packages =
  '@opentelemetry/api @opentelemetry/sdk-trace-base @opentelemetry/resources @opentelemetry/exporter-trace-otlp-http'
const logPauseMs = 60_000

/** Null where nothing is traced. @throws SettingsRefused when the packages are not there */
export async function openTracing(settings: TracingSettings, log: Log): Promise<Tracing | null> {
  if (settings.endpoint === undefined) return null
  const sometimes = createNowAndThen(logPauseMs)
  const { openTracing: open } = await load()
  return open(settings, err =>
    sometimes(unsaid => log.warn({ err, unsaid }, 'traces cannot be sent; they are dropped')),
  )
}

async function load(): Promise<typeof import('../tracing/open-telemetry.js')> {
  try {
    return await import('../tracing/open-telemetry.js')
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'ERR_MODULE_NOT_FOUND') throw error
    throw new SettingsRefused([`tracing.endpoint needs packages: npm install ${packages}`])
  }
}
