// GET and POST /changePassword: whoever was made by an administrator chooses a password at the first sign-in.
import type { FastifyInstance } from 'fastify'
import { newPasswordField, serveFormPage } from '../pages/form-page.js'
import { currentStep, goOn } from '../pages/steps.js'
import type { Realm } from '../realm.js'
import { setFirstPassword } from '../sign-in/challenge.js'

export function changePasswordEndpoint(app: FastifyInstance, realm: Realm): void {
  serveFormPage(app, realm, {
    path: '/changePassword',
    view: visit =>
      currentStep(realm, visit, 'NEW_PASSWORD_REQUIRED') === null
        ? null
        : {
            title: 'Change password',
            intro: 'An administrator made your account. Choose a password of your own.',
            fields: [newPasswordField(realm)],
            button: { name: 'reset_password', text: 'Send' },
          },
    async submit(visit, form) {
      const step = currentStep(realm, visit, 'NEW_PASSWORD_REQUIRED')
      if (step === null || step.user === null) return visit.request.url
      setFirstPassword(realm, step.user, form.password ?? '')
      return goOn(realm, visit, step.user, step.hasFactor)
    },
  })
}
