// STS as far as the basic flow needs it: AssumeRoleWithWebIdentity, by the query protocol with XML answers.
// Source: AWS Security Token Service API reference.
import { randomUUID } from 'node:crypto'
import { type Input, text, wholeNumber } from '../aws/call.js'
import { ServiceError } from '../aws/service-error.js'
import type { Realm } from '../realm.js'
import { verifyToken } from '../verify.js'
import { issueCredentials } from './credentials.js'
import { openIdIssuer } from './open-id-token.js'
import { trustedRoles } from './role.js'

const namespace = 'https://sts.amazonaws.com/doc/2011-06-15/'
const duration = { usual: 3600, min: 900, max: 43_200 }

/** The answer to one action, as XML. @throws ServiceError */
export async function assumeRole(realm: Realm, form: Input): Promise<string> {
  if (form.Action !== 'AssumeRoleWithWebIdentity') {
    throw new ServiceError('InvalidAction', 'Could not find operation for this version.')
  }
  const roleArn = text(form, 'RoleArn')
  const sessionName = text(form, 'RoleSessionName')
  if (!/^[\w+=,.@-]{2,64}$/.test(sessionName)) {
    throw new ServiceError('ValidationError', 'RoleSessionName has 2 to 64 of A-Z a-z 0-9 _+=,.@-')
  }
  const lifeSeconds = wholeNumber(form, 'DurationSeconds', duration)
  const { identityId, poolId } = await trustedIdentity(
    realm,
    text(form, 'WebIdentityToken'),
    roleArn,
  )
  const session = issueCredentials(realm, { roleArn, identityId }, lifeSeconds)
  const assumed = roleArn.replace(':iam:', ':sts:').replace(/:role\/(?:.*\/)?/, ':assumed-role/')
  return element('AssumeRoleWithWebIdentityResponse', { xmlns: namespace }, [
    element('AssumeRoleWithWebIdentityResult', {}, [
      element('SubjectFromWebIdentityToken', {}, identityId),
      element('Audience', {}, poolId),
      element('Provider', {}, 'cognito-identity.amazonaws.com'),
      element('AssumedRoleUser', {}, [
        element('Arn', {}, `${assumed}/${sessionName}`),
        element('AssumedRoleId', {}, `AROAEMULATOR0000000000:${sessionName}`),
      ]),
      element('Credentials', {}, [
        element('AccessKeyId', {}, session.accessKeyId),
        element('SecretAccessKey', {}, session.secretAccessKey),
        element('SessionToken', {}, session.sessionToken),
        element('Expiration', {}, new Date(session.expiresAt * 1000).toISOString()),
      ]),
    ]),
    element('ResponseMetadata', {}, [element('RequestId', {}, randomUUID())]),
  ])
}

/** The same protocol's refusal. */
export function stsRefusal({ name, message }: Pick<ServiceError, 'name' | 'message'>): string {
  return element('ErrorResponse', { xmlns: namespace }, [
    element('Error', {}, [
      element('Type', {}, 'Sender'),
      element('Code', {}, name === 'InvalidParameterException' ? 'ValidationError' : name),
      element('Message', {}, message),
    ]),
    element('RequestId', {}, randomUUID()),
  ])
}

/** The identity of a token that the role's trust policy lets in. */
async function trustedIdentity(realm: Realm, token: string, roleArn: string) {
  const claims = await verifyToken(realm.identityKeys, token)
  if (claims === null || claims.iss !== openIdIssuer) {
    throw new ServiceError(
      'InvalidIdentityToken',
      "Couldn't retrieve verification key from your identity provider.",
    )
  }
  if (Number(claims.exp) <= realm.clock()) {
    throw new ServiceError('ExpiredTokenException', 'Token expired.')
  }
  const pool = realm.settings.identityPools.find(({ id }) => id === claims.aud)
  const groupRoles = realm.groups.flatMap(({ roleArn: role = [] }) => role)
  const isGuest = [claims.amr].flat().includes('unauthenticated')
  const isTrusted =
    pool !== undefined &&
    (isGuest ? roleArn === pool.unauthenticatedRole : trustedRoles(pool, groupRoles).has(roleArn))
  if (isTrusted) return { identityId: String(claims.sub), poolId: pool.id }
  const reason = 'Not authorized to perform sts:AssumeRoleWithWebIdentity'
  throw new ServiceError('AccessDenied', reason, 403)
}

function element(
  name: string,
  attributes: Readonly<Record<string, string>>,
  content: string | readonly string[],
): string {
  const inside = typeof content === 'string' ? escapeXml(content) : content.join('')
  const list = Object.entries(attributes).map(([key, value]) => ` ${key}="${escapeXml(value)}"`)
  return `<${name}${list.join('')}>${inside}</${name}>`
}

function escapeXml(plain: string): string {
  return plain.replace(/[&<>"']/g, character => `&#${character.charCodeAt(0)};`)
}
