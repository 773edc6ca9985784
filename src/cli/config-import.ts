// cognito-gateway config import: settings of another gateway as ours. What is written passes our own check, or what is
// missing is said.
import { readFileSync } from 'node:fs'
import { loadConfig } from '../config.js'
import { SettingsRefused } from '../errors.js'
import { toSettingsText } from '../lib/setting-file.js'
import { type AlbWishes, importAlbRules } from './import/alb.js'
import type { Imported } from './import/imported.js'
import { importProxyOptions } from './import/oauth2-proxy.js'
import { readProxyEnvironment, readProxyFile } from './import/oauth2-proxy-file.js'
import { refuseToReplace, writeSettings } from './write-settings.js'

interface Output {
  readonly output?: string
  readonly force?: boolean
}

/** What the command line may say of oauth2-proxy. */
export interface ImportProxyOptions extends Output {
  readonly domain?: string
}

/** What the command line may say of an Application Load Balancer. */
export interface ImportAlbOptions extends Output {
  readonly url?: string
  readonly upstream?: string
  readonly target?: AlbWishes['targets']
}

/** @param file  its configuration, flags or variables; absent: the environment. Gives the exit status */
export function importOauth2Proxy(
  file: string | undefined,
  options: ImportProxyOptions,
): Promise<number> {
  const given =
    file === undefined ? readProxyEnvironment(process.env) : readProxyFile(read(file), file)
  if (given.size === 0) {
    throw new SettingsRefused([
      'oauth2-proxy: nothing to read; name its file, or set its variables (OAUTH2_PROXY_…)',
    ])
  }
  return emit(importProxyOptions(given, options), 'oauth2-proxy', options)
}

/** @param file  the answer of `aws elbv2 describe-rules`. Gives the exit status */
export function importAlb(file: string, options: ImportAlbOptions): Promise<number> {
  const { url, upstream, target: targets = {} } = options
  const imported = importAlbRules(read(file), file, { url, upstream, targets })
  return emit(imported, 'the rules of a load balancer', options)
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new SettingsRefused([`${file}: cannot be read (${code})`])
  }
}

/** Settings on stdout or in the file, the rest on stderr. 1 when the settings are not yet complete. */
async function emit(
  { settings, notes }: Imported,
  source: string,
  { output, force }: Output,
): Promise<number> {
  const missing = complaintsOf(settings)
  const text = toSettingsText(settings, [
    `Made from ${source}. Look at every route before you use it: cognito-gateway config explain`,
  ])
  if (output !== undefined) refuseToReplace(output, force)
  process.stderr.write(notes.map(line => `${line}\n`).join(''))
  process.stderr.write(missing.map(line => `still to do: ${line}\n`).join(''))
  if (output === undefined) process.stdout.write(text)
  else await writeSettings(output, text, { force })
  return missing.length === 0 ? 0 : 1
}

function complaintsOf(settings: Imported['settings']): readonly string[] {
  try {
    loadConfig({ env: {}, base: settings })
    return []
  } catch (error) {
    if (!(error instanceof SettingsRefused)) throw error
    return error.complaints
  }
}
