// GET and POST /confirmforgotPassword: the code that was sent, and a new password. Back to the sign-in page.
import type { FastifyInstance } from 'fastify'
import { codeField, newPasswordField, serveFormPage } from '../pages/form-page.js'
import { besides, currentStep } from '../pages/steps.js'
import { PoolError } from '../pool-error.js'
import type { Realm } from '../realm.js'
import { confirmForgotPassword } from '../sign-in/sign-up.js'

export function confirmForgotPasswordEndpoint(app: FastifyInstance, realm: Realm): void {
  serveFormPage(app, realm, {
    path: '/confirmforgotPassword',
    view: (visit, form) =>
      currentStep(realm, visit, 'RESET_PASSWORD') === null
        ? null
        : {
            title: 'Choose a new password',
            intro: 'If the account exists, we have sent a code to its address.',
            fields: [codeField('code', form.code), newPasswordField(realm)],
            button: { name: 'confirm', text: 'Change password' },
            hasCode: true,
            second: { path: '/resendcode', text: 'Send a new code' },
          },
    async submit(visit, form) {
      const user = currentStep(realm, visit, 'RESET_PASSWORD')?.user ?? null
      if (user === null) {
        const sentence = 'Invalid verification code provided, please try again.'
        throw new PoolError('CodeMismatchException', sentence)
      }
      const code = (form.code ?? '').trim()
      const password = form.password ?? ''
      await confirmForgotPassword(realm, visit.authorization.client.id, user, { code, password })
      return besides(realm, visit.request, '/login')
    },
  })
}
