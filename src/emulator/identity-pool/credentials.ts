// Temporary credentials in AWS's shape. They open nothing; the emulator remembers whose they are, so that a test
// can check a signature made with them.
import { randomBytes, randomInt } from 'node:crypto'
import type { Realm } from '../realm.js'
import type { AwsSession } from '../state.js'

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** New credentials for a role. @param lifeSeconds  counted from now */
export function issueCredentials(
  { state, clock }: Pick<Realm, 'state' | 'clock'>,
  { roleArn, identityId }: Pick<AwsSession, 'roleArn' | 'identityId'>,
  lifeSeconds: number,
): AwsSession {
  const tail = Array.from({ length: 16 }, () => letters[randomInt(letters.length)])
  const session: AwsSession = {
    accessKeyId: `ASIA${tail.join('')}`,
    secretAccessKey: randomBytes(30).toString('base64'),
    sessionToken: randomBytes(600).toString('base64'),
    roleArn,
    identityId,
    expiresAt: clock() + lifeSeconds,
  }
  state.awsSessions.set(session.accessKeyId, session)
  return session
}
