// USER_SRP_AUTH: the challenge PASSWORD_VERIFIER and its answer. Somebody who does not exist gets a challenge too,
// which no password answers.
import { randomUUID } from 'node:crypto'
import { type Texts, text } from '../aws/call.js'
import type { PoolClient } from '../pool.js'
import { PoolError } from '../pool-error.js'
import { findUser, type Realm } from '../realm.js'
import { checkStanding, wrongPassword } from '../sign-in/authenticate.js'
import { challengeSeconds } from '../sign-in/challenge.js'
import { afterPassword } from './next-step.js'
import { beginSrp, isSignedWith } from './srp.js'

/** How far a client's clock may be off. */
const maxClockSkewSeconds = 300

/** The challenge. @throws PoolError `UserNotFoundException` where the client does not hide it */
export function askPasswordVerifier(
  realm: Realm,
  client: PoolClient,
  login: string,
  clientKey: string,
): object {
  const user = findUser(realm, login) ?? null
  if (user === null && !client.hideMissingUsers) {
    throw new PoolError('UserNotFoundException', 'User does not exist.')
  }
  if (user !== null && !user.enabled) checkStanding(user)
  const userId = user?.username ?? login
  const hasPassword = user !== null && user.status !== 'EXTERNAL_PROVIDER'
  const password = hasPassword ? user.password : randomUUID()
  const exchange = beginSrp({ poolName: poolName(realm), userId }, password, clientKey)
  if (exchange === null) {
    throw new PoolError('InvalidParameterException', 'SRP_A is not valid.')
  }
  const { salt, publicKey, secretBlock } = exchange
  const startedAt = realm.clock()
  const about = { user: hasPassword ? user : null, userId, clientId: client.id, startedAt }
  realm.state.srpExchanges.set(secretBlock, { ...about, exchange })
  return {
    ChallengeName: 'PASSWORD_VERIFIER',
    ChallengeParameters: {
      SALT: salt,
      SRP_B: publicKey,
      SECRET_BLOCK: secretBlock,
      USERNAME: userId,
      USER_ID_FOR_SRP: userId,
    },
  }
}

/** Tokens or the next challenge for a right answer; each challenge can be answered once. @throws PoolError */
export async function answerPasswordVerifier(
  realm: Realm,
  client: PoolClient,
  answers: Texts,
): Promise<object> {
  const held = realm.state.srpExchanges.take(text(answers, 'PASSWORD_CLAIM_SECRET_BLOCK'))
  const timestamp = text(answers, 'TIMESTAMP')
  const signature = text(answers, 'PASSWORD_CLAIM_SIGNATURE')
  const now = realm.clock()
  if (held === undefined || held.clientId !== client.id) throw wrongPassword()
  if (now - held.startedAt >= challengeSeconds || !isFresh(timestamp, now)) throw wrongPassword()
  const names = { poolName: poolName(realm), userId: held.userId }
  if (held.user === null || !isSignedWith(held.exchange, names, timestamp, signature)) {
    throw wrongPassword()
  }
  checkStanding(held.user)
  return afterPassword(realm, client, held.user)
}

/** `Thu Nov 26 8:05:09 UTC 2026`, as clients write it. */
function isFresh(timestamp: string, now: number): boolean {
  const at = Date.parse(timestamp.replace(/ UTC (\d{4})$/, ' $1 UTC')) / 1000
  return Math.abs(at - now) <= maxClockSkewSeconds
}

function poolName({ settings: { poolId } }: Realm): string {
  return poolId.split('_')[1] ?? ''
}
