// What only shows when the settings of AWS credentials are looked at with the others.
import type { AccessSettings } from '../access/settings.js'
import type { AwsSettings, Sigv4Settings } from '../aws/settings.js'
import type { Complaint } from '../lib/setting-complaints.js'

interface CheckedRoute {
  readonly access: AccessSettings
  readonly upstream?: string | undefined
  readonly sigv4?: Sigv4Settings | undefined
}

/** Settings, each good by itself. */
export interface CheckedAws {
  readonly aws: AwsSettings & { readonly roles: readonly unknown[] }
  readonly cognito: { readonly allowHttp: boolean }
  readonly session: { readonly keep?: readonly string[] | undefined }
  readonly routes?: readonly CheckedRoute[] | undefined
}

/** Everything that is wrong between them. */
export function awsChecks({ aws, cognito, session, routes = [] }: CheckedAws): Complaint[] {
  const complaints: Complaint[] = []
  const complain = (path: (string | number)[], text: string) =>
    complaints.push({ path, text: `${path.join('.')}: ${text}` })

  const { identityPoolId, credentialsEndpoint, roles, role } = aws
  const needsPool =
    credentialsEndpoint ||
    roles.length > 0 ||
    role !== undefined ||
    routes.some(({ sigv4 }) => sigv4 !== undefined)
  if (identityPoolId === undefined && needsPool) {
    complain(
      ['aws', 'identityPoolId'],
      '(COGNITO_IDENTITY_POOL_ID) is needed for aws.credentialsEndpoint, aws.role, aws.roles and sigv4 of a route; example: eu-west-1:12345678-1234-1234-1234-123456789012',
    )
  }
  if (identityPoolId !== undefined && session.keep?.includes('id') === false) {
    complain(
      ['session', 'keep'],
      'id is needed for aws.identityPoolId: the ID token is what AWS credentials are given for; add it',
    )
  }
  if (!cognito.allowHttp && isForeignHttp(aws.endpoint)) {
    complain(
      ['aws', 'endpoint'],
      'plain http is only for loopback hosts, or with cognito.allowHttp: true; credentials come from there',
    )
  }
  for (const [position, route] of routes.entries()) {
    if (route.sigv4 === undefined) continue
    const text = complaintOfRoute(route, route.sigv4)
    if (text !== null) complain(['routes', position, 'sigv4'], text)
  }
  return complaints
}

function isForeignHttp(endpoint: string | undefined): boolean {
  if (endpoint === undefined || !endpoint.startsWith('http:')) return false
  return !/^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/.test(new URL(endpoint).hostname)
}

function complaintOfRoute({ access, upstream = '' }: CheckedRoute, { payload }: Sigv4Settings) {
  if (access === 'public' || access === 'optional') {
    return `needs somebody who is signed in, and access is ${access}: nobody has credentials to sign with`
  }
  if (upstream.startsWith('unix:')) return 'needs an upstream with a host, which is signed'
  if (payload === 'unsigned' && !upstream.startsWith('https:')) {
    return 'payload unsigned needs an https upstream: on the way anybody could change the body'
  }
  return null
}
