// POST /resendcode: a new code for an account that is not confirmed, or for a new password.
import type { FastifyInstance } from 'fastify'
import { serveFormPage } from '../pages/form-page.js'
import { besides, currentStep, stepPaths, type Visit } from '../pages/steps.js'
import type { Realm } from '../realm.js'
import { forgotPassword, resendCode } from '../sign-in/sign-up.js'

export function resendCodeEndpoint(app: FastifyInstance, realm: Realm): void {
  serveFormPage(app, realm, {
    path: '/resendcode',
    view: visit =>
      stepOf(visit) === null
        ? null
        : {
            title: 'Send a new code',
            fields: [],
            button: { name: 'resend', text: 'Send a new code' },
          },
    async submit(visit) {
      const step = stepOf(visit)
      const user = step?.user ?? null
      if (user !== null) {
        if (step?.name === 'RESET_PASSWORD') forgotPassword(realm, user)
        else resendCode(realm, user)
      }
      return besides(realm, visit.request, stepPaths[step?.name ?? 'CONFIRM_SIGN_UP'])
    },
  })

  function stepOf(visit: Visit) {
    return (
      currentStep(realm, visit, 'CONFIRM_SIGN_UP') ?? currentStep(realm, visit, 'RESET_PASSWORD')
    )
  }
}
