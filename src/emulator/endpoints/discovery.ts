// GET ISSUER/.well-known/openid-configuration
import type { FastifyInstance } from 'fastify'
import type { Realm } from '../realm.js'

/** Discovery with Cognito's keys and no others. */
export function discoveryDocument({ domain, issuer }: Realm) {
  return {
    authorization_endpoint: `${domain}/oauth2/authorize`,
    end_session_endpoint: `${domain}/logout`,
    id_token_signing_alg_values_supported: ['RS256'],
    issuer,
    jwks_uri: `${issuer}/.well-known/jwks.json`,
    response_types_supported: ['code', 'token'],
    revocation_endpoint: `${domain}/oauth2/revoke`,
    scopes_supported: ['openid', 'email', 'phone', 'profile'],
    subject_types_supported: ['public'],
    token_endpoint: `${domain}/oauth2/token`,
    token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
    userinfo_endpoint: `${domain}/oauth2/userInfo`,
  }
}

export function discoveryEndpoint(app: FastifyInstance, realm: Realm): void {
  app.get(`/${realm.settings.poolId}/.well-known/openid-configuration`, async () =>
    discoveryDocument(realm),
  )
}
