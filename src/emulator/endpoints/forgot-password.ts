// GET and POST /forgotPassword: a code for a new password. Says the same of people who are not there.
import type { FastifyInstance } from 'fastify'
import { serveFormPage } from '../pages/form-page.js'
import { toStep } from '../pages/steps.js'
import { PoolError } from '../pool-error.js'
import { findUser, type Realm } from '../realm.js'
import { forgotPassword } from '../sign-in/sign-up.js'

export function forgotPasswordEndpoint(app: FastifyInstance, realm: Realm): void {
  serveFormPage(app, realm, {
    path: '/forgotPassword',
    view: ({ authorization: { parameters } }, form) => ({
      title: 'Forgot your password?',
      intro: 'Tell us who you are, and we send a code for a new one.',
      fields: [
        {
          name: 'username',
          label: 'User name or e-mail',
          type: 'text',
          autocomplete: 'username',
          value: form.username ?? parameters.login_hint,
        },
      ],
      button: { name: 'reset_my_password', text: 'Reset my password' },
      links: [{ path: '/login', text: 'Back to sign-in' }],
    }),
    async submit(visit, form) {
      const user = findUser(realm, form.username ?? '') ?? null
      if (user !== null) forgotPassword(realm, user)
      else if (!visit.authorization.client.hideMissingUsers) {
        throw new PoolError('UserNotFoundException', 'Username/client id combination not found.')
      }
      return toStep(realm, visit, 'RESET_PASSWORD', user)
    },
  })
}
