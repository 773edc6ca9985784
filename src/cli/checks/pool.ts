// The user pool: is it there, is the domain its own, are its keys there, and what time is it there?
import type { Call } from '../../cognito/call.js'
import { toleranceSeconds } from '../../cognito/clock-watch.js'
import type { Endpoints } from '../../cognito/endpoints.js'
import { quote } from '../../cognito/quote.js'
import { describeFailure, type Finding, ok } from './finding.js'

const tolerableSeconds = 10

/** @param clock  NumericDate seconds */
export async function checkPool({
  endpoints,
  call,
  clock,
}: {
  endpoints: Endpoints
  call: Call
  clock: () => number
}): Promise<Finding[]> {
  const [pool, keys] = await Promise.all([
    checkDiscovery(endpoints, call, clock),
    checkKeys(endpoints, call),
  ])
  return [...pool, keys]
}

async function checkDiscovery(
  { issuer, authorization }: Endpoints,
  call: Call,
  clock: () => number,
): Promise<Finding[]> {
  const url = `${issuer}/.well-known/openid-configuration`
  try {
    const answer = await call(url)
    if (answer.status !== 200) return [noPool(url, answer.status)]
    const document = (await answer.json()) as Record<string, unknown>
    return [
      compareIssuer(issuer, document.issuer),
      compareDomain(authorization, document.authorization_endpoint),
      compareClocks(answer.headers.get('date'), clock()),
    ]
  } catch (error) {
    return [{ check: 'user pool', outcome: 'failure', ...describeFailure(error) }]
  }
}

function noPool(url: string, status: number): Finding {
  return {
    check: 'user pool',
    outcome: 'failure',
    seen: `${url} answers with status ${status}`,
    cause: 'there is no user pool of this id in this region',
    remedy: 'compare COGNITO_USER_POOL_ID with the console: User pools → Overview → User pool ID',
  }
}

function compareIssuer(expected: string, seen: unknown): Finding {
  if (seen === expected) return ok('user pool', `${expected} is there`)
  return {
    check: 'user pool',
    outcome: 'failure',
    seen: `its issuer is ${quote(String(seen))}, expected ${expected}`,
    cause: 'tokens will carry that issuer and be refused',
    remedy: 'correct COGNITO_USER_POOL_ID, or COGNITO_ISSUER where it is given',
  }
}

function compareDomain(expected: string, seen: unknown): Finding {
  const [ours, its] = [originOf(expected), originOf(String(seen))]
  if (ours === its) return ok('domain', `${ours} belongs to the user pool`)
  return {
    check: 'domain',
    // A pool can have a prefix and a custom domain, and its document names one of them.
    outcome: 'warning',
    seen: `the user pool names ${its ?? 'no domain'}, the settings ${ours}`,
    cause: 'this may be the domain of another user pool, or the second domain of this one',
    remedy: `compare COGNITO_DOMAIN with the console: Branding → Domain${its === null ? '' : ` (${its})`}`,
  }
}

function originOf(url: string): string | null {
  return URL.canParse(url) ? new URL(url).origin : null
}

function compareClocks(date: string | null, now: number): Finding {
  const theirs = date === null ? Number.NaN : Date.parse(date) / 1000
  if (Number.isNaN(theirs)) return ok('clock', 'Cognito sent no date to compare with')
  const seconds = Math.round(now - theirs)
  const difference = `${Math.abs(seconds)} s ${seconds < 0 ? 'behind' : 'ahead of'} Cognito's`
  if (Math.abs(seconds) <= tolerableSeconds)
    return ok('clock', `the same as Cognito's, within ${tolerableSeconds} s`)
  return {
    check: 'clock',
    outcome: Math.abs(seconds) > toleranceSeconds ? 'failure' : 'warning',
    seen: `the clock of this machine is ${difference}`,
    cause: 'tokens look expired, or not valid yet',
    remedy: 'let the machine keep its time by NTP (chrony, systemd-timesyncd)',
  }
}

async function checkKeys({ jwksUri }: Endpoints, call: Call): Promise<Finding> {
  try {
    const answer = await call(jwksUri)
    const { keys } = (await answer.json()) as { keys?: unknown }
    if (Array.isArray(keys) && keys.length > 0) return ok('keys', `${keys.length} at ${jwksUri}`)
    return {
      check: 'keys',
      outcome: 'failure',
      seen: `${jwksUri} answers with status ${answer.status} and no keys`,
      cause: 'no token can be verified',
      remedy: 'correct COGNITO_USER_POOL_ID or COGNITO_ISSUER',
    }
  } catch (error) {
    return { check: 'keys', outcome: 'failure', ...describeFailure(error) }
  }
}
