// Every endpoint of the emulator, in the order of a person's way through them.
import type { FastifyInstance } from 'fastify'
import type { Realm } from '../realm.js'
import { adminEndpoint } from './admin.js'
import { adminApiEndpoint } from './admin-api.js'
import { authorizeEndpoint } from './authorize.js'
import { awsEndpoint } from './aws.js'
import { certificateEndpoint } from './certificate.js'
import { changePasswordEndpoint } from './change-password.js'
import { confirmEndpoint } from './confirm.js'
import { confirmForgotPasswordEndpoint } from './confirm-forgot-password.js'
import { corsEndpoint } from './cors.js'
import { discoveryEndpoint } from './discovery.js'
import { errorEndpoint } from './error.js'
import { forgotPasswordEndpoint } from './forgot-password.js'
import { idpResponseEndpoint } from './idp-response.js'
import { jwksEndpoint } from './jwks.js'
import { loginEndpoint } from './login.js'
import { logoutEndpoint } from './logout.js'
import { mfaEndpoint } from './mfa.js'
import { mfaSetupEndpoint } from './mfa-setup.js'
import { outboxEndpoint } from './outbox.js'
import { providerEndpoint } from './provider.js'
import { resendCodeEndpoint } from './resend-code.js'
import { revokeEndpoint } from './revoke.js'
import { samlResponseEndpoint } from './saml-response.js'
import { signUpEndpoint } from './sign-up.js'
import { tokenEndpoint } from './token.js'
import { userInfoEndpoint } from './user-info.js'

/** Registers routes on an app. */
export type Endpoint = (app: FastifyInstance, realm: Realm) => void

export const endpoints: readonly Endpoint[] = [
  discoveryEndpoint,
  jwksEndpoint,
  authorizeEndpoint,
  loginEndpoint,
  signUpEndpoint,
  confirmEndpoint,
  resendCodeEndpoint,
  forgotPasswordEndpoint,
  confirmForgotPasswordEndpoint,
  changePasswordEndpoint,
  mfaEndpoint,
  mfaSetupEndpoint,
  providerEndpoint,
  idpResponseEndpoint,
  samlResponseEndpoint,
  outboxEndpoint,
  adminEndpoint,
  adminApiEndpoint,
  certificateEndpoint,
  tokenEndpoint,
  userInfoEndpoint,
  revokeEndpoint,
  logoutEndpoint,
  errorEndpoint,
  corsEndpoint,
  awsEndpoint,
]
