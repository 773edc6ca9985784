// cognito-gateway sessions list | end: from outside, through the Redis that the gateway uses.
import { createAuditTrail } from '../audit/trail.js'
import { createCall } from '../cognito/call.js'
import { resolveEndpoints } from '../cognito/endpoints.js'
import type { Config } from '../config.js'
import { createSealer } from '../lib/sealer.js'
import { systemClock } from '../lib/system-clock.js'
import { createLog, type Log, openAuditLog } from '../log.js'
import type { Session } from '../model.js'
import { openRevocation } from '../services/app-clients.js'
import { createStoreMemory, limitRevocations, limitsOf, openStore } from '../services/store.js'
import { idleEndsAt, sessionEndsAt } from '../session/lifetime.js'
import { createRevocation } from '../session/revocation.js'
import type { SessionStore } from '../session/store.js'
import { loadSettings } from './load-settings.js'
import { findSettingsFile } from './settings-file.js'

/** What the command line may say. */
export interface SessionsOptions {
  readonly config?: string
  /** `sub` of a user. */
  readonly user?: string
  readonly all?: boolean
  readonly json?: boolean
  /** NumericDate seconds. */
  readonly before?: number
}

const revocationTimeoutMs = 8000

/** Prints the living sessions of one user or of everybody. Throws when the store has no list. */
export async function listSessions(options: SessionsOptions): Promise<void> {
  await withStore(options, async ({ store, config }) => {
    const sessions = store.list(options.user ?? null)
    if (sessions === null)
      throw new Error('sessions in cookies are in no list; session.store: redis keeps one')
    const limits = limitsOf(config)
    for await (const session of sessions) {
      const described = {
        sub: session.identity.subject,
        username: session.identity.username,
        email: session.identity.email,
        signedInAt: toIso(session.signedInAt),
        seenAt: toIso(session.seenAt),
        endsAt: toIso(Math.min(idleEndsAt(session, limits), sessionEndsAt(session, limits))),
      }
      const line = options.json ? JSON.stringify(described) : Object.values(described).join('  ')
      process.stdout.write(`${line}\n`)
    }
  })
}

/** Ends them, and revokes the refresh tokens that are known. Throws when nothing can be reached. */
export async function endSessions(options: SessionsOptions): Promise<void> {
  await withStore(options, async ({ store, config, log, settle }) => {
    if (config.session.redis.url === undefined) throw new Error(nothingShared(options))
    const begunBefore = options.before ?? systemClock() + 1
    const ended = await store.destroyMany({ subject: options.user ?? null, begunBefore })
    await settle()
    writeDown(ended, { user: options.user ?? 'all', begunBefore: toIso(begunBefore) }, config, log)
    await revokeAll(ended, config, log)
    const { store: kind } = config.session
    const text =
      kind === 'cookie'
        ? 'Told every process; they refuse these sessions within some seconds.'
        : `Ended ${ended.length} session${ended.length === 1 ? '' : 's'}.`
    process.stdout.write(
      `${options.json ? JSON.stringify({ store: kind, ended: ended.length }) : text}\n`,
    )
  })
}

function nothingShared({ user }: SessionsOptions): string {
  const remedy =
    user === undefined
      ? `set session.notBefore (GATEWAY_SESSION_NOT_BEFORE=${toIso(systemClock())}) and restart`
      : 'disable the user at Cognito, which counts at the next refresh'
  return `sessions are in cookies alone, and no process can be told: ${remedy}, or configure session.redis.url`
}

/** One line for each session; for those in cookies, which nobody can list, one for the order. */
function writeDown(
  ended: readonly Session[],
  more: Readonly<Record<string, string>>,
  config: Config,
  log: Log,
): void {
  const audit = openAuditLog(config.log.audit, log)
  const record = createAuditTrail({ write: audit.write, addressOf: () => '' })
  const reason = 'ended by an operator'
  for (const session of ended) record('session_ended', { session, reason })
  if (config.session.store === 'cookie') record('session_ended', { reason, more })
  audit.close()
}

async function revokeAll(ended: readonly Session[], config: Config, log: Log): Promise<void> {
  const call = createCall(config.cognito, revocationTimeoutMs)
  const endpoints = resolveEndpoints(config.cognito)
  const revokeToken = limitRevocations(openRevocation(config.cognito, { endpoints, call, log }))
  await Promise.all(ended.map(createRevocation({ revokeToken, log })))
}

async function withStore(
  options: SessionsOptions,
  work: (tools: {
    store: SessionStore
    settle: () => Promise<void>
    config: Config
    log: Log
  }) => Promise<void>,
): Promise<void> {
  if ((options.user === undefined) === (options.all !== true)) {
    throw new Error('either --user SUB or --all is needed')
  }
  const { config } = await loadSettings({
    env: process.env,
    file: findSettingsFile(options.config),
  })
  const log = createLog({ level: 'warn' }, process.stderr)
  const sealer = createSealer(config.secrets)
  const { close, ...keeping } = await openStore({
    config,
    sealer,
    limits: limitsOf(config),
    memory: createStoreMemory(systemClock),
    clock: systemClock,
    log,
  })
  try {
    await work({ ...keeping, config, log })
  } finally {
    await close()
  }
}

function toIso(instant: number): string {
  return new Date(instant * 1000).toISOString()
}
