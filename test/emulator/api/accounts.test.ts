// Accounts by the API: from outside, by their owner, and by an administrator.
import {
  AdminAddUserToGroupCommand,
  AdminCreateUserCommand,
  AdminDeleteUserCommand,
  AdminDisableUserCommand,
  AdminEnableUserCommand,
  AdminGetUserCommand,
  AdminListGroupsForUserCommand,
  AdminRemoveUserFromGroupCommand,
  AdminSetUserPasswordCommand,
  AdminUpdateUserAttributesCommand,
  AdminUserGlobalSignOutCommand,
  ChangePasswordCommand,
  ConfirmForgotPasswordCommand,
  ConfirmSignUpCommand,
  CreateGroupCommand,
  DeleteUserCommand,
  DescribeUserPoolClientCommand,
  DescribeUserPoolCommand,
  ForgotPasswordCommand,
  GetUserCommand,
  GlobalSignOutCommand,
  InitiateAuthCommand,
  ListGroupsCommand,
  ListUserPoolClientsCommand,
  ListUsersCommand,
  ListUsersInGroupCommand,
  ResendConfirmationCodeCommand,
  RevokeTokenCommand,
  SignUpCommand,
  UpdateUserAttributesCommand,
  VerifyUserAttributeCommand,
} from '@aws-sdk/client-cognito-identity-provider'
import t, { type Test } from 'tap'
import { newestCode } from '../../fixtures/hosted-ui.js'
import { askToken, publicId, testPool } from '../../fixtures/pool-client.js'
import { userPoolClient } from '../../fixtures/user-pool-api.js'

const ClientId = publicId
const UserPoolId = 'us-east-1_Emulator1'

async function setUp(t: Test) {
  const emulator = await testPool(t)
  const api = userPoolClient(t, emulator)
  const signIn = async (USERNAME = 'jane', PASSWORD = 'Jane-pass1') => {
    const AuthParameters = { USERNAME, PASSWORD }
    const command = new InitiateAuthCommand({
      AuthFlow: 'USER_PASSWORD_AUTH',
      ClientId,
      AuthParameters,
    })
    return (await api.send(command)).AuthenticationResult ?? {}
  }
  return { emulator, api, signIn }
}

t.test('sign-up, the code, the first sign-in', async t => {
  const { emulator, api, signIn } = await setUp(t)
  const UserAttributes = [
    { Name: 'email', Value: 'new@example.com' },
    { Name: 'email_verified', Value: 'true' },
  ]
  const account = { ClientId, Username: 'newcomer', Password: 'Newcomer-1', UserAttributes }
  await t.rejects(api.send(new SignUpCommand({ ...account, Password: 'weak' })), {
    name: 'InvalidPasswordException',
  })
  await t.rejects(api.send(new SignUpCommand({ ...account, UserAttributes: [] })), {
    name: 'InvalidParameterException',
  })
  const made = await api.send(new SignUpCommand(account))
  t.match(made, {
    UserConfirmed: false,
    UserSub: /^[0-9a-f-]{36}$/,
    CodeDeliveryDetails: {
      Destination: 'n***@e***',
      DeliveryMedium: 'EMAIL',
      AttributeName: 'email',
    },
  })
  const { attributes } = emulator.settings.users.at(-1) ?? {}
  t.equal(attributes?.email_verified, false, 'nobody verifies an address by claiming to')
  await t.rejects(api.send(new SignUpCommand(account)), { name: 'UsernameExistsException' })
  await api.send(new ResendConfirmationCodeCommand({ ClientId, Username: 'newcomer' }))
  const confirm = (ConfirmationCode: string) =>
    api.send(new ConfirmSignUpCommand({ ClientId, Username: 'newcomer', ConfirmationCode }))
  await t.rejects(confirm('x'), { name: 'CodeMismatchException' })
  await confirm(await newestCode(emulator))
  await t.rejects(confirm('x'), {
    message: 'User cannot be confirmed. Current status is CONFIRMED',
  })
  t.ok((await signIn('newcomer', 'Newcomer-1')).IdToken)
})

t.test('a forgotten password, also of nobody', async t => {
  const { emulator, api, signIn } = await setUp(t)
  const forget = (Username: string) => api.send(new ForgotPasswordCommand({ ClientId, Username }))
  t.match(await forget('nobody'), { CodeDeliveryDetails: { Destination: 'n***@e***' } })
  t.equal(await newestCode(emulator), 'none')
  await forget('jane')
  const confirm = (Username: string, ConfirmationCode: string) =>
    api.send(
      new ConfirmForgotPasswordCommand({
        ClientId,
        Username,
        ConfirmationCode,
        Password: 'Second-pass2',
      }),
    )
  await t.rejects(confirm('nobody', '123456'), { name: 'CodeMismatchException' })
  await confirm('jane', await newestCode(emulator))
  t.ok((await signIn('jane', 'Second-pass2')).IdToken)
})

t.test('what users do to their own account takes their access token, with its scope', async t => {
  const { emulator, api, signIn } = await setUp(t)
  const { AccessToken } = await signIn()
  const me = await api.send(new GetUserCommand({ AccessToken }))
  t.equal(me.Username, 'jane')
  t.match(me.UserAttributes, [{ Name: 'sub' }, { Name: 'email', Value: 'jane@example.com' }])
  const hosted = await emulator.administration.tokensFor('jane', publicId, ['openid', 'email'])
  await t.rejects(api.send(new GetUserCommand({ AccessToken: hosted.access_token })), {
    message: 'Access Token does not have required scopes',
  })
  await t.rejects(api.send(new GetUserCommand({ AccessToken: hosted.id_token })), {
    message: 'Invalid Access Token',
  })
  const UserAttributes = [{ Name: 'email', Value: 'doe@example.com' }]
  await api.send(new UpdateUserAttributesCommand({ AccessToken, UserAttributes }))
  const { attributes } = emulator.settings.users.find(({ username }) => username === 'jane') ?? {}
  t.strictSame([attributes?.email, attributes?.email_verified], ['doe@example.com', false])
  const Code = await newestCode(emulator)
  await api.send(new VerifyUserAttributeCommand({ AccessToken, AttributeName: 'email', Code }))
  const change = (PreviousPassword: string, ProposedPassword: string) =>
    api.send(new ChangePasswordCommand({ AccessToken, PreviousPassword, ProposedPassword }))
  await t.rejects(change('x', 'Second-pass2'), { name: 'NotAuthorizedException' })
  await change('Jane-pass1', 'Second-pass2')
  const other = await signIn('jane', 'Second-pass2')
  await api.send(new GlobalSignOutCommand({ AccessToken }))
  await t.rejects(api.send(new GetUserCommand({ AccessToken: other.AccessToken })), {
    message: 'Access Token has been revoked',
  })
  const last = await signIn('jane', 'Second-pass2')
  await api.send(new DeleteUserCommand({ AccessToken: last.AccessToken }))
  await t.rejects(signIn('jane', 'Second-pass2'), { name: 'NotAuthorizedException' })
})

t.test('RevokeToken ends a sign-in, also at the token endpoint', async t => {
  const { emulator, api, signIn } = await setUp(t)
  const { RefreshToken = '', AccessToken } = await signIn()
  await t.rejects(api.send(new RevokeTokenCommand({ ClientId, Token: AccessToken })), {
    name: 'UnsupportedTokenTypeException',
  })
  await api.send(new RevokeTokenCommand({ ClientId, Token: RefreshToken }))
  const fields = { grant_type: 'refresh_token', client_id: publicId, refresh_token: RefreshToken }
  t.strictSame(await askToken(emulator, fields), { status: 400, body: { error: 'invalid_grant' } })
})

t.test(
  'an administrator makes, changes, disables and deletes users, and each is announced',
  async t => {
    const { emulator, api, signIn } = await setUp(t)
    const heard: string[] = []
    emulator.onUserChange(({ operation }) => heard.push(operation))
    const named = { UserPoolId, Username: 'made' }
    const UserAttributes = [{ Name: 'email', Value: 'made@example.com' }]
    const { User } = await api.send(
      new AdminCreateUserCommand({ ...named, TemporaryPassword: 'Given-pass1', UserAttributes }),
    )
    t.match(User, { Username: 'made', UserStatus: 'FORCE_CHANGE_PASSWORD', Enabled: true })
    const outbox = await (await fetch(`${emulator.domain}/emulator/outbox`)).text()
    t.match(outbox, 'Given-pass1', 'the invitation has the temporary password')
    const password = { ...named, Password: 'Set-pass-1', Permanent: true }
    await api.send(new AdminSetUserPasswordCommand(password))
    const { AccessToken } = await signIn('made', 'Set-pass-1')
    await api.send(new CreateGroupCommand({ UserPoolId, GroupName: 'new', Precedence: 3 }))
    const group = { ...named, GroupName: 'new' }
    await t.rejects(api.send(new AdminAddUserToGroupCommand({ ...named, GroupName: 'nope' })), {
      name: 'ResourceNotFoundException',
    })
    await api.send(new AdminAddUserToGroupCommand(group))
    const { Groups } = await api.send(new AdminListGroupsForUserCommand(named))
    t.match(Groups, [{ GroupName: 'new', Precedence: 3 }])
    const { Users: members } = await api.send(
      new ListUsersInGroupCommand({ UserPoolId, GroupName: 'new' }),
    )
    t.match(members, [{ Username: 'made' }])
    await api.send(new AdminRemoveUserFromGroupCommand(group))
    const attribute = [{ Name: 'custom:desk', Value: '7' }]
    await api.send(new AdminUpdateUserAttributesCommand({ ...named, UserAttributes: attribute }))
    await api.send(new AdminUserGlobalSignOutCommand(named))
    await t.rejects(api.send(new GetUserCommand({ AccessToken })), { message: /revoked/ })
    await api.send(new AdminDisableUserCommand(named))
    await t.rejects(signIn('made', 'Set-pass-1'), { message: 'User is disabled.' })
    await api.send(new AdminEnableUserCommand(named))
    const seen = await api.send(new AdminGetUserCommand(named))
    t.match(seen, { Enabled: true, UserStatus: 'CONFIRMED' })
    await api.send(new AdminDeleteUserCommand(named))
    await t.rejects(api.send(new AdminGetUserCommand(named)), { name: 'UserNotFoundException' })
    t.strictSame(heard, [
      'AdminCreateUser',
      'AdminSetUserPassword',
      'AdminAddUserToGroup',
      'AdminRemoveUserFromGroup',
      'AdminUpdateUserAttributes',
      'AdminUserGlobalSignOut',
      'AdminDisableUser',
      'AdminEnableUser',
      'AdminDeleteUser',
    ])
  },
)

t.test('users are listed in pages and by filter; pool, clients and groups can be read', async t => {
  const { api } = await setUp(t)
  const first = await api.send(new ListUsersCommand({ UserPoolId, Limit: 1 }))
  t.match(first, { Users: [{ Username: 'admin' }], PaginationToken: '1' })
  const { PaginationToken } = first
  const rest = await api.send(new ListUsersCommand({ UserPoolId, Limit: 1, PaginationToken }))
  t.match(rest.Users, [{ Username: 'jane' }])
  t.equal(rest.PaginationToken, undefined)
  const find = async (Filter: string) =>
    (await api.send(new ListUsersCommand({ UserPoolId, Filter }))).Users?.map(u => u.Username)
  t.strictSame(await find('email = "jane@example.com"'), ['jane'])
  t.strictSame(await find('username ^= "a"'), ['admin'])
  await t.rejects(find('email like "x"'), { name: 'InvalidParameterException' })
  const { UserPool } = await api.send(new DescribeUserPoolCommand({ UserPoolId }))
  t.match(UserPool, { Id: UserPoolId, EstimatedNumberOfUsers: 2 })
  const { UserPoolClients } = await api.send(new ListUserPoolClientsCommand({ UserPoolId }))
  t.match(UserPoolClients, [{ ClientId: 'confidential1' }, { ClientId: publicId }])
  const { UserPoolClient } = await api.send(
    new DescribeUserPoolClientCommand({ UserPoolId, ClientId }),
  )
  t.match(UserPoolClient, { AllowedOAuthFlows: ['code'], AllowedOAuthFlowsUserPoolClient: true })
  const { Groups } = await api.send(new ListGroupsCommand({ UserPoolId }))
  t.same(
    Groups?.map(({ GroupName }) => GroupName),
    ['admins', 'staff'],
  )
  const foreign = new ListUsersCommand({ UserPoolId: 'eu-west-1_Other1' })
  await t.rejects(api.send(foreign), { name: 'ResourceNotFoundException' })
})

t.test('calls of administrators are signed', async t => {
  const { emulator } = await setUp(t)
  const answer = await fetch(emulator.domain, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': 'AWSCognitoIdentityProviderService.AdminDeleteUser',
    },
    body: JSON.stringify({ UserPoolId, Username: 'jane' }),
  })
  t.equal(answer.status, 400)
  t.match(await answer.json(), { __type: 'MissingAuthenticationTokenException' })
  t.equal(emulator.settings.users.length, 2)
})
