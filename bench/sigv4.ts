// What does a signature cost? One request of 1 KB with a body, headers and a query, by the signer alone; and the credentials
// of a session that are there already.
import { SignatureV4 } from '@smithy/signature-v4'
import { createIdentityPool } from '../src/aws/identity-pool.js'
import { createRequestSigner } from '../src/aws/sigv4.js'
import type { Session } from '../src/model.js'
import { median } from './lib/numbers.js'

const turns = 5000
const rounds = 9
const now = () => 1_800_000_000

const credentials = {
  accessKeyId: 'ASIAEXAMPLEEXAMPLE00',
  secretAccessKey: 'x'.repeat(40),
  sessionToken: 'x'.repeat(800),
  expiresAt: now() + 3600,
  roleArn: null,
  identityId: 'eu-west-1:11111111-2222-4333-8444-555555555555',
}

/** Rows of the table: what is done, and microseconds for one. */
export async function sigv4(): Promise<string[][]> {
  const sign = createRequestSigner(
    { service: 'execute-api', region: 'eu-west-1' },
    { signer: { SignatureV4 }, identity: null as never, sts: null },
    now,
  )
  const request = {
    method: 'POST',
    target: '/prod/items/17?page=2&filter=a%20b',
    headers: [
      ...['Host', 'abc123.execute-api.eu-west-1.amazonaws.com', 'Content-Type', 'application/json'],
      ...['Accept', '*/*', 'Accept-Language', 'en', 'X-Forwarded-User', 'x'.repeat(36)],
      ...['X-Forwarded-For', '192.0.2.1', 'X-Request-Id', 'x'.repeat(20), 'Content-Length', '1024'],
    ],
    body: Buffer.alloc(1024, 97),
  }
  const pool = createIdentityPool({
    fetchCredentials: async () => credentials,
    findLogin: () => ({ logins: {} }),
    chooseRole: () => null,
    clock: now,
    log: { info: () => {}, warn: () => {} },
  })
  await pool.credentialsOf(person)
  return [
    ['sign a request of 1 KB', await microseconds(() => sign(request, credentials))],
    ['credentials of a session, remembered', await microseconds(() => pool.credentialsOf(person))],
    [
      'the same for a session that the store has just read',
      await microseconds(() => pool.credentialsOf({ ...person })),
    ],
  ]
}

const person: Session = {
  id: 'session',
  identity: {
    issuer: 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Abc123',
    subject: '11111111-2222-3333-4444-555555555555',
    username: 'jane',
    email: 'jane@example.com',
    groups: ['staff'],
    authenticatedAt: now(),
    scopes: ['openid'],
    claims: {
      sub: '11111111-2222-3333-4444-555555555555',
      'cognito:groups': ['staff'],
      'cognito:username': 'jane',
      email: 'jane@example.com',
      email_verified: true,
      exp: now() + 3600,
    },
  },
  tokens: {
    idToken: 'id',
    accessToken: 'access',
    refreshToken: 'refresh',
    issuedAt: now(),
    expiresAt: now() + 3600,
  },
  signedInAt: now(),
  seenAt: now(),
}

/** CPU time, median of a few rounds after one to warm up. */
async function microseconds(turn: () => unknown): Promise<string> {
  const measured: number[] = []
  for (let round = 0; round <= rounds; round++) {
    const before = process.cpuUsage()
    for (let n = 0; n < turns; n++) await turn()
    const { user, system } = process.cpuUsage(before)
    if (round > 0) measured.push((user + system) / turns)
  }
  return median(measured).toFixed(2)
}
