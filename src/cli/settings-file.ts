// Which settings file a command reads.
import { existsSync } from 'node:fs'

const usual = 'gateway.yaml'

/** The one that was named, else gateway.yaml where there is one. */
export function findSettingsFile(named: string | undefined): string | undefined {
  return named ?? (existsSync(usual) ? usual : undefined)
}
