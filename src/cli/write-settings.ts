// A settings file of ours, written so that nobody else can read it and nothing is lost by accident.
import { existsSync } from 'node:fs'
import { rename, rm, writeFile } from 'node:fs/promises'
import { SettingsRefused } from '../errors.js'

/** @throws SettingsRefused for a file that is there, unless it may be replaced */
export function refuseToReplace(file: string, force: boolean | undefined): void {
  if (force === true || !existsSync(file)) return
  throw new SettingsRefused([`${file} is there already: --force replaces it`])
}

/** Writes settings with mode 0600, whole or not at all. @throws SettingsRefused as `refuseToReplace` */
export async function writeSettings(
  file: string,
  text: string,
  { force }: { force?: boolean | undefined },
): Promise<void> {
  refuseToReplace(file, force)
  const fresh = `${file}.${process.pid}.new`
  try {
    await writeFile(fresh, text, { mode: 0o600, flag: 'wx' })
    await rename(fresh, file)
  } finally {
    await rm(fresh, { force: true })
  }
}
