// Identity pools by AWS's own clients: the enhanced flow, the basic flow, roles, and every refusal.
import {
  CognitoIdentityClient,
  GetCredentialsForIdentityCommand,
  GetIdCommand,
  GetOpenIdTokenCommand,
  GetOpenIdTokenForDeveloperIdentityCommand,
} from '@aws-sdk/client-cognito-identity'
import { AssumeRoleWithWebIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import t, { type Test } from 'tap'
import { type EmulatorOptions, startEmulator } from '../../../src/emulator/app.js'
import { type PoolInput, parsePool } from '../../../src/emulator/pool.js'
import { freePort } from '../../fixtures/free-port.js'

const identityPoolId = 'us-east-1:11111111-2222-4333-8444-555555555555'
const provider = 'cognito-idp.us-east-1.amazonaws.com/us-east-1_Emulator1'
const role = (name: string) => `arn:aws:iam::123456789012:role/${name}`
const credentials = { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'example' }

type IdentityPoolInput = NonNullable<PoolInput['identityPools']>[number]

async function setUp(
  t: Test,
  pool: Partial<IdentityPoolInput> = {},
  options: EmulatorOptions = {},
) {
  const emulator = await startEmulator({
    pool: parsePool({
      users: [
        { username: 'jane', password: 'Jane-pass1', groups: ['staff'] },
        { username: 'admin', password: 'Admin-pass1', groups: ['staff', 'admins'] },
      ],
      groups: [
        { name: 'staff', roleArn: role('staff'), precedence: 2 },
        { name: 'admins', roleArn: role('admins'), precedence: 1 },
      ],
      clients: [{ id: 'client1' }, { id: 'client2' }],
      identityPools: [{ id: identityPoolId, authenticatedRole: role('everybody'), ...pool }],
    }),
    port: await freePort(),
    ...options,
  })
  const place = { region: 'us-east-1', endpoint: emulator.domain, maxAttempts: 1, credentials }
  const identity = new CognitoIdentityClient(place)
  const sts = new STSClient(place)
  t.teardown(async () => {
    identity.destroy()
    sts.destroy()
    await emulator.close()
  })
  const tokens = (username = 'jane', clientId = 'client1') =>
    emulator.administration.tokensFor(username, clientId)
  const logins = async (username?: string, clientId?: string) => ({
    [provider]: (await tokens(username, clientId)).id_token ?? '',
  })
  const getId = async (Logins: Record<string, string> | undefined) =>
    (await identity.send(new GetIdCommand({ IdentityPoolId: identityPoolId, Logins }))).IdentityId
  const getCredentials = async (
    Logins: Record<string, string> | undefined,
    CustomRoleArn?: string,
  ) => {
    const IdentityId = await getId(Logins)
    const command = new GetCredentialsForIdentityCommand({ IdentityId, Logins, CustomRoleArn })
    return (await identity.send(command)).Credentials
  }
  /** The role behind the credentials of a sign-in. */
  const roleOf = async (username: string, asked?: string) => {
    const { AccessKeyId = '' } = (await getCredentials(await logins(username), asked)) ?? {}
    return emulator.administration.awsSession(AccessKeyId)?.roleArn
  }
  return { emulator, identity, sts, tokens, logins, getId, getCredentials, roleOf }
}

t.test('the enhanced flow gives credentials of the shape of AWS, to a stable identity', async t => {
  const { logins, getId, getCredentials, emulator } = await setUp(t)
  const jane = await getId(await logins())
  t.match(jane, /^us-east-1:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
  t.equal(await getId(await logins('jane', 'client2')), jane, 'whatever the client')
  t.not(await getId(await logins('admin')), jane)
  const own = emulator.issuer.replace('http://', '')
  const { [provider]: token = '' } = await logins()
  t.equal(await getId({ [own]: token }), jane, "the emulator's own name of the provider")

  const given = await getCredentials(await logins())
  t.match(given, {
    AccessKeyId: /^ASIA[A-Z2-7]{16}$/,
    SecretKey: /^.{40}$/,
    SessionToken: /^.{800}$/,
  })
  const left = Number(given?.Expiration) / 1000 - Date.now() / 1000
  t.ok(left > 3500 && left <= 3600, 'one hour')
  const { secretAccessKey, identityId, roleArn } =
    emulator.administration.awsSession(given?.AccessKeyId ?? '') ?? {}
  t.strictSame([secretAccessKey, identityId, roleArn], [given?.SecretKey, jane, role('everybody')])
})

t.test('the role is asked for, preferred, ruled, or the usual one', async t => {
  const plain = await setUp(t)
  t.equal(await plain.roleOf('admin'), role('everybody'))
  t.equal(await plain.roleOf('admin', role('staff')), role('staff'), 'one of the token')
  await t.rejects(plain.roleOf('jane', role('admins')), {
    name: 'NotAuthorizedException',
    message: `Access to Role '${role('admins')}' is forbidden.`,
  })
  const byToken = await setUp(t, { roleMapping: { type: 'Token' } })
  t.equal(await byToken.roleOf('admin'), role('admins'), 'preferred')
  const rules = [
    { claim: 'cognito:groups', value: 'admins', roleArn: role('ruled') },
    { claim: 'cognito:username', match: 'StartsWith' as const, value: 'ja', roleArn: role('ja') },
  ]
  const byRules = await setUp(t, { roleMapping: { type: 'Rules', rules } })
  t.equal(await byRules.roleOf('admin'), role('ruled'))
  t.equal(await byRules.roleOf('jane'), role('ja'))
  const strict = await setUp(t, {
    roleMapping: { type: 'Rules', rules: rules.slice(0, 1), ambiguous: 'Deny' },
  })
  await t.rejects(strict.roleOf('jane'), { name: 'NotAuthorizedException' })
  const without = await setUp(t, { authenticatedRole: undefined })
  await t.rejects(without.roleOf('jane'), { name: 'InvalidIdentityPoolConfigurationException' })
})

t.test('tokens that do not count are refused, each with its reason', async t => {
  const clock = { now: 1_800_000_000 }
  const { emulator, logins, tokens, getId, getCredentials } = await setUp(
    t,
    { clients: ['client1'], serverSideTokenCheck: true },
    { clock: () => clock.now },
  )
  const refused = (Logins: Record<string, string>, message: RegExp) =>
    t.rejects(getId(Logins), { name: 'NotAuthorizedException', message })
  const good = await logins()
  t.ok(await getId(good), 'a good one is taken')
  await refused({ 'accounts.google.com': good[provider] ?? '' }, /not from a supported provider/)
  await refused({ [provider]: `${good[provider]}x` }, /Couldn't verify signed token/)
  await refused({ [provider]: (await tokens()).access_token }, /Missing a required claim: aud/)
  await refused(await logins('jane', 'client2'), /Incorrect token audience/)
  emulator.administration.signOutEverywhere('jane')
  await refused(good, /revoked/)
  const late = await logins('admin')
  clock.now += 3600
  await refused(late, /Token expired: 1800003600 >= 1800003600/)
  await t.rejects(getCredentials(undefined), { message: /Unauthenticated access is not supported/ })
})

t.test("nobody gets credentials of somebody else's identity, or of none", async t => {
  const { identity, logins, getId } = await setUp(t)
  const IdentityId = await getId(await logins())
  const take = (id: string | undefined, Logins?: Record<string, string>) =>
    identity.send(new GetCredentialsForIdentityCommand({ IdentityId: id, Logins }))
  await t.rejects(take(IdentityId, await logins('admin')), {
    name: 'NotAuthorizedException',
    message: /^Logins don't match/,
  })
  await t.rejects(take(IdentityId), { name: 'ResourceNotFoundException' })
  const wrong = new GetIdCommand({
    IdentityPoolId: identityPoolId.replace('us-east-1', 'eu-west-1'),
  })
  await t.rejects(identity.send(wrong), { name: 'ResourceNotFoundException' })
})

t.test('guests get their role where the pool has one', async t => {
  const { emulator, getCredentials } = await setUp(t, { unauthenticatedRole: role('guests') })
  const { AccessKeyId = '' } = (await getCredentials(undefined)) ?? {}
  t.equal(emulator.administration.awsSession(AccessKeyId)?.roleArn, role('guests'))
  await t.rejects(getCredentials(undefined, role('everybody')), { name: 'NotAuthorizedException' })
})

t.test('the basic flow: a token of the identity pool, and a role by STS', async t => {
  const clock = { now: Math.floor(Date.now() / 1000) }
  const { emulator, identity, sts, logins, getId } = await setUp(
    t,
    { trustedRoles: [role('further')] },
    { clock: () => clock.now },
  )
  const Logins = await logins()
  const IdentityId = await getId(Logins)
  const { Token } = await identity.send(new GetOpenIdTokenCommand({ IdentityId, Logins }))
  const assume = (RoleArn: string, WebIdentityToken = Token, DurationSeconds?: number) =>
    sts.send(
      new AssumeRoleWithWebIdentityCommand({
        RoleArn,
        RoleSessionName: 'jane',
        WebIdentityToken,
        DurationSeconds,
      }),
    )
  const { Credentials, AssumedRoleUser, Audience, SubjectFromWebIdentityToken } = await assume(
    role('further'),
    Token,
    900,
  )
  t.strictSame([Audience, SubjectFromWebIdentityToken], [identityPoolId, IdentityId])
  t.equal(AssumedRoleUser?.Arn, 'arn:aws:sts::123456789012:assumed-role/further/jane')
  t.equal(Credentials?.Expiration?.getTime(), (clock.now + 900) * 1000)
  const session = emulator.administration.awsSession(Credentials?.AccessKeyId ?? '')
  t.equal(session?.secretAccessKey, Credentials?.SecretAccessKey)
  t.ok(await assume(role('admins')), 'a role of a group trusts the pool')

  await t.rejects(assume(role('foreign')), { name: 'AccessDenied' })
  await t.rejects(assume(role('further'), Logins[provider]), { name: /InvalidIdentityToken/ })
  await t.rejects(assume(role('further'), Token, 60), { name: 'ValidationError' })
  clock.now += 600
  await t.rejects(assume(role('further')), { name: /ExpiredToken/ })
})

t.test('developer identities: signed, by the name of the provider', async t => {
  const { emulator, identity } = await setUp(t, { developerProvider: 'login.example.com' })
  const ask = (Logins: Record<string, string>) =>
    identity.send(
      new GetOpenIdTokenForDeveloperIdentityCommand({ IdentityPoolId: identityPoolId, Logins }),
    )
  const { IdentityId, Token = '' } = await ask({ 'login.example.com': 'user-7' })
  const { Credentials } = await identity.send(
    new GetCredentialsForIdentityCommand({
      IdentityId,
      Logins: { 'cognito-identity.amazonaws.com': Token },
    }),
  )
  const session = emulator.administration.awsSession(Credentials?.AccessKeyId ?? '')
  t.equal(session?.identityId, IdentityId)
  await t.rejects(ask({ 'other.example.com': 'user-7' }), { name: 'InvalidParameterException' })
  const unsigned = await fetch(emulator.domain, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': 'AWSCognitoIdentityService.GetOpenIdTokenForDeveloperIdentity',
    },
    body: JSON.stringify({ IdentityPoolId: identityPoolId }),
  })
  t.equal(unsigned.status, 400)
  t.match(await unsigned.json(), { __type: 'MissingAuthenticationTokenException' })
})

t.test('what is no call of an AWS API is refused, and a fault meets one operation', async t => {
  const { emulator, getId, logins } = await setUp(t)
  const post = async (target: string, body: string) => {
    const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': target }
    const answer = await fetch(emulator.domain, { method: 'POST', headers, body })
    return [answer.status, ((await answer.json()) as { __type: string }).__type]
  }
  const service = 'AWSCognitoIdentityService'
  t.strictSame(await post(`${service}.Nothing`, '{}'), [400, 'UnknownOperationException'])
  t.strictSame(await post(`${service}.constructor`, '{}'), [400, 'UnknownOperationException'])
  t.strictSame(await post('Nothing.GetId', '{}'), [400, 'UnknownOperationException'])
  t.strictSame(await post(`${service}.GetId`, '[]'), [400, 'SerializationException'])
  t.strictSame(await post(`${service}.GetId`, '{'), [400, 'SerializationException'])
  t.strictSame(await post(`${service}.GetId`, '{}'), [400, 'InvalidParameterException'])
  const Logins = JSON.stringify({ IdentityPoolId: 'x', Logins: { a: 1 } })
  t.strictSame(await post(`${service}.GetId`, Logins), [400, 'ResourceNotFoundException'])
  emulator.faults.set('GetId', { throttle: 'api', times: 1 })
  await t.rejects(getId(await logins()), { name: 'TooManyRequestsException' })
  t.ok(await getId(await logins()))
  t.ok(emulator.calls.some(({ operation }) => operation === 'GetId'))
})
