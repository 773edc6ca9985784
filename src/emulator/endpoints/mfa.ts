// GET and POST /mfa: the code of an authenticator app.
import type { FastifyInstance } from 'fastify'
import { codeField, serveFormPage } from '../pages/form-page.js'
import { currentStep, goOn } from '../pages/steps.js'
import type { Realm } from '../realm.js'
import { checkFactor } from '../sign-in/challenge.js'

export function mfaEndpoint(app: FastifyInstance, realm: Realm): void {
  serveFormPage(app, realm, {
    path: '/mfa',
    view: visit =>
      currentStep(realm, visit, 'SOFTWARE_TOKEN_MFA') === null
        ? null
        : {
            title: 'Enter your code',
            intro: 'Type the six digits that your authenticator app shows.',
            fields: [codeField('authentication_code')],
            button: { name: 'signInSubmitButton', text: 'Sign in' },
          },
    async submit(visit, form) {
      const step = currentStep(realm, visit, 'SOFTWARE_TOKEN_MFA')
      if (step === null || step.user === null) return visit.request.url
      checkFactor(realm, step, (form.authentication_code ?? '').trim())
      return goOn(realm, visit, step.user, true)
    },
  })
}
