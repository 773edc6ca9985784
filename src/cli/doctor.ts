// cognito-gateway doctor: everything that can be found out from outside before the first user does.
import { styleText } from 'node:util'
import { splitByClient } from '../cognito/app-clients.js'
import { createCall } from '../cognito/call.js'
import { resolveEndpoints } from '../cognito/endpoints.js'
import type { CognitoSettings } from '../cognito/settings.js'
import type { Config } from '../config.js'
import { SettingsRefused } from '../errors.js'
import { systemClock } from '../lib/system-clock.js'
import { createLog } from '../log.js'
import { urlsToRegister } from '../services/registration.js'
import { openRedis } from '../services/store.js'
import { checkClient } from './checks/app-client.js'
import { describeFinding, type Finding, ok } from './checks/finding.js'
import { checkPool } from './checks/pool.js'
import { readRegisteredClient } from './checks/registered-client.js'
import { compareRegistered } from './checks/registered-difference.js'
import {
  checkDirect,
  checkOrigins,
  checkProxy,
  checkRedis,
  checkUpstreams,
} from './checks/surroundings.js'
import { loadSettings } from './load-settings.js'
import { findSettingsFile } from './settings-file.js'

/** What the command line may say. */
export interface DoctorOptions {
  readonly config?: string
  readonly json?: boolean
  /** Reads the app client through the AWS API as well. */
  readonly aws?: boolean
  /** Addresses at which no application should answer. */
  readonly direct?: readonly string[]
}

/** Of each call; the checks run side by side. */
const timeoutMs = 3000

/** Prints what was found. Gives the exit status: 1 when anything is broken, 2 for settings, else 0. */
export async function doctor(options: DoctorOptions): Promise<number> {
  const config = await readSettings(options)
  const findings = Array.isArray(config)
    ? config
    : [ok('settings', 'complete'), ...(await whileTelling(examineAll(config, options)))]
  const broken = findings.filter(({ outcome }) => outcome === 'failure').length
  process.stdout.write(
    options.json
      ? `${JSON.stringify({ ok: broken === 0, findings }, null, 2)}\n`
      : `${findings.map(finding => describeFinding(finding, paint)).join('')}\n${summary(findings)}\n`,
  )
  if (broken === 0) return 0
  return Array.isArray(config) ? 2 : 1
}

/** On a terminal, where somebody waits. */
async function whileTelling<T>(work: Promise<T>): Promise<T> {
  const { stderr } = process
  if (!stderr.isTTY) return work
  stderr.write('Asking Cognito, applications and Redis…')
  return work.finally(() => {
    stderr.cursorTo(0)
    stderr.clearLine(0)
  })
}

/** Colour on a terminal that has it; `NO_COLOR` and `TERM=dumb` switch it off. */
function paint(colour: 'green' | 'yellow' | 'red', text: string): string {
  const coloured = process.stdout.isTTY && process.stdout.hasColors()
  return coloured ? styleText(colour, text) : text
}

async function readSettings({ config: file }: DoctorOptions): Promise<Config | Finding[]> {
  try {
    return (await loadSettings({ env: process.env, file: findSettingsFile(file) })).config
  } catch (error) {
    if (!(error instanceof SettingsRefused)) throw error
    return error.complaints.map(seen => ({ check: 'settings', outcome: 'failure', seen }))
  }
}

async function examineAll(config: Config, { aws, direct = [] }: DoctorOptions): Promise<Finding[]> {
  const [seen, past, registered] = await Promise.all([
    examine(config),
    Promise.all(direct.map(checkDirect)),
    aws ? examineAws(config) : [],
  ])
  return [...seen, ...past, ...registered]
}

/** What is registered, beside what is needed. */
async function examineAws(config: Config): Promise<Finding[]> {
  const { session } = config
  return forEachClient(config, async ({ settings, ...urls }) => {
    const client = await readRegisteredClient(settings)
    return 'check' in client ? [client] : compareRegistered(client, { settings, session, ...urls })
  })
}

/** What one app client needs. */
interface ClientNeeds extends ReturnType<typeof urlsToRegister> {
  readonly settings: CognitoSettings
}

/** Looks at each app client that people sign in at; where there are several, each finding names its origin. */
async function forEachClient(
  config: Config,
  look: (needs: ClientNeeds) => Promise<Finding[]>,
): Promise<Finding[]> {
  const shares = splitByClient(config.cognito, config.url).filter(
    ({ origins }) => origins.length > 0,
  )
  const findings = await Promise.all(
    shares.map(async ({ settings, origins }) => {
      const scopes = [...new Set([...settings.scopes, ...scopesOfRoutes(config, origins)])]
      const urls = urlsToRegister({ ...config, url: [...origins] })
      const found = await look({ settings: { ...settings, scopes }, ...urls })
      if (shares.length === 1) return found
      const hosts = origins.map(origin => new URL(origin).host).join(', ')
      return found.map(finding => ({ ...finding, check: `${finding.check} (${hosts})` }))
    }),
  )
  return findings.flat()
}

/** Scopes that routes of these origins ask for beside the usual ones. */
function scopesOfRoutes({ routes }: Config, origins: readonly string[]): string[] {
  const hosts = new Set(origins.map(origin => new URL(origin).hostname))
  return routes
    .filter(({ host }) => host === undefined || hosts.has(host))
    .flatMap(({ login }) => login.scopes ?? [])
}

/** Every check of these settings, in the order in which one would mend. */
export async function examine(config: Config): Promise<Finding[]> {
  const [cognito, upstreams, redis] = await Promise.all([
    examineCognito(config),
    checkUpstreams(config),
    examineRedis(config),
  ])
  return [...checkOrigins(config), ...checkProxy(config), ...cognito, ...upstreams, ...redis]
}

/** The part that `start` runs as well. */
export async function examineCognito(config: Config): Promise<Finding[]> {
  const { cognito: settings } = config
  const call = createCall(settings, timeoutMs)
  const endpoints = resolveEndpoints(settings)
  const [pool, client] = await Promise.all([
    checkPool({ endpoints, call, clock: systemClock }),
    forEachClient(config, needs => checkClient({ endpoints, call, ...needs })),
  ])
  return [...pool, ...client]
}

async function examineRedis({ session }: Config): Promise<Finding[]> {
  if (session.redis.url === undefined) return []
  const redis = await openRedis(session, createLog({ level: 'silent' }))
  try {
    return await checkRedis(redis)
  } finally {
    await redis.close()
  }
}

function summary(findings: readonly Finding[]): string {
  const count = (wanted: string) => findings.filter(({ outcome }) => outcome === wanted).length
  const [failures, warnings] = [count('failure'), count('warning')]
  if (failures + warnings === 0) return 'Nothing is wrong.'
  return `${failures} to mend, ${warnings} to look at.`
}
