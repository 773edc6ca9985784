// SIGHUP: the file of the audit is opened anew, whatever comes of the rest. Settings are read again, checked first, and
// refused as a whole when something is wrong.
import type { LoadedSettings } from '../config.js'
import { SettingsRefused } from '../errors.js'
import type { Log } from '../log.js'

/**
 * What to call when SIGHUP comes. One reload at a time; what comes meanwhile is one more after it.
 *
 * @param reopenAudit  writes the audit to the file that now has its name
 * @param load         reads and checks the settings
 * @param apply        serves by them; rejects when they cannot serve
 */
export function createReload({
  reopenAudit,
  load,
  apply,
  log,
}: {
  reopenAudit: () => void
  load: () => Promise<LoadedSettings>
  apply: (loaded: LoadedSettings) => Promise<void>
  log: Pick<Log, 'error'>
}): () => Promise<void> {
  let wanted = 0
  let running: Promise<void> | null = null

  async function once(): Promise<void> {
    reopenAudit()
    try {
      await apply(await load())
    } catch (error) {
      const fields =
        error instanceof SettingsRefused ? { complaints: error.complaints } : { err: error }
      log.error(fields, 'settings were refused; the old ones serve on')
    }
  }

  async function run(): Promise<void> {
    while (wanted > 0) {
      wanted = 0
      await once()
    }
    running = null
  }

  return () => {
    wanted++
    running ??= run()
    return running
  }
}
