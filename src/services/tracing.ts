// Tracing where the settings ask for it; else nothing of it is loaded.
import { SettingsRefused } from '../errors.js'
import { createNowAndThen } from '../lib/now-and-then.js'
import type { Log } from '../log.js'
import type { TracingSettings } from '../tracing/settings.js'
import type { Tracing } from '../tracing/tracing.js'

/** What has to be installed beside the gateway. */
const packages =
  '@opentelemetry/api @opentelemetry/sdk-trace-base @opentelemetry/resources @opentelemetry/exporter-trace-otlp-http'
/** What is loaded late is looked for where the files were at the start. */
const ownFileIsMissing =
  'tracing.endpoint needs a file of the gateway that is no longer there: where its files were replaced while it runs, restart it; else install it again'
const logPauseMs = 60_000

type Load = () => Promise<typeof import('../tracing/open-telemetry.js')>

/** Null where nothing is traced. @throws SettingsRefused when the packages are not there */
export async function openTracing(
  settings: TracingSettings,
  log: Log,
  load: Load = () => import('../tracing/open-telemetry.js'),
): Promise<Tracing | null> {
  if (settings.endpoint === undefined) return null
  const sometimes = createNowAndThen(logPauseMs)
  const { openTracing: open } = await loadBy(load)
  return open(settings, err =>
    sometimes(unsaid => log.warn({ err, unsaid }, 'traces cannot be sent; they are dropped')),
  )
}

async function loadBy(load: Load): ReturnType<Load> {
  try {
    return await load()
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code !== 'ERR_MODULE_NOT_FOUND') throw error
    if (!message.includes("package '@opentelemetry/")) throw new SettingsRefused([ownFileIsMissing])
    throw new SettingsRefused([`tracing.endpoint needs packages: npm install ${packages}`])
  }
}
