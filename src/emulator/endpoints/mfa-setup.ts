// GET and POST /mfaSetup: an authenticator app for those who have none, where the pool demands one.
import type { FastifyInstance } from 'fastify'
import { codeField, serveFormPage } from '../pages/form-page.js'
import { currentStep, goOn } from '../pages/steps.js'
import type { Realm } from '../realm.js'
import { setUpFactor } from '../sign-in/challenge.js'
import { otpauthUri } from '../sign-in/totp.js'

export function mfaSetupEndpoint(app: FastifyInstance, realm: Realm): void {
  serveFormPage(app, realm, {
    path: '/mfaSetup',
    view(visit) {
      const step = currentStep(realm, visit, 'MFA_SETUP')
      if (step === null || step.user === null || step.totpSecret === null) return null
      const { totpSecret: secret, user } = step
      return {
        title: 'Set up an authenticator app',
        intro: 'Add this account to your app, then type the six digits that it shows.',
        fields: [codeField('authentication_code')],
        button: { name: 'signInSubmitButton', text: 'Sign in' },
        authenticator: { secret, uri: otpauthUri(secret, realm.settings.poolId, user.username) },
      }
    },
    async submit(visit, form) {
      const step = currentStep(realm, visit, 'MFA_SETUP')
      if (step === null || step.user === null) return visit.request.url
      setUpFactor(realm, step, (form.authentication_code ?? '').trim())
      return goOn(realm, visit, step.user, true)
    },
  })
}
