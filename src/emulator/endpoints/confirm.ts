// GET and POST /confirm: the code that was sent at sign-up; who has it is signed in.
import type { FastifyInstance } from 'fastify'
import { codeField, serveFormPage } from '../pages/form-page.js'
import { currentStep, goOn } from '../pages/steps.js'
import { PoolError } from '../pool-error.js'
import type { Realm } from '../realm.js'
import { confirmSignUp } from '../sign-in/sign-up.js'

export function confirmEndpoint(app: FastifyInstance, realm: Realm): void {
  serveFormPage(app, realm, {
    path: '/confirm',
    view: visit =>
      currentStep(realm, visit, 'CONFIRM_SIGN_UP') === null
        ? null
        : {
            title: 'Confirm your account',
            intro: 'We have sent a code to your address. Type it here.',
            fields: [codeField('code')],
            button: { name: 'confirm', text: 'Confirm account' },
            hasCode: true,
            second: { path: '/resendcode', text: 'Send a new code' },
          },
    async submit(visit, form) {
      const user = currentStep(realm, visit, 'CONFIRM_SIGN_UP')?.user ?? null
      if (user === null) throw new PoolError('UserNotFoundException', 'User does not exist.')
      const code = (form.code ?? '').trim()
      await confirmSignUp(realm, visit.authorization.client.id, user, code)
      return goOn(realm, visit, user)
    },
  })
}
