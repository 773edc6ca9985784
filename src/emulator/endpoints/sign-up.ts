// GET and POST /signup: an account of one's own. Source: developer guide, "User pool endpoints and managed login".
import type { FastifyInstance } from 'fastify'
import { type Field, serveFormPage } from '../pages/form-page.js'
import { goOn, toStep } from '../pages/steps.js'
import type { Realm } from '../realm.js'
import { describePolicy } from '../sign-in/password.js'
import { signUp } from '../sign-in/sign-up.js'

export function signUpEndpoint(app: FastifyInstance, realm: Realm): void {
  const { requiredAttributes, passwordPolicy } = realm.settings

  serveFormPage(app, realm, {
    path: '/signup',
    view: (_visit, form) =>
      realm.settings.selfSignUp
        ? {
            title: 'Sign up',
            fields: [
              {
                name: 'username',
                label: 'User name',
                type: 'text',
                autocomplete: 'username',
                value: form.username,
              },
              ...requiredAttributes.map(name => attributeField(name, form[fieldName(name)])),
              {
                name: 'password',
                label: 'Password',
                type: 'password',
                autocomplete: 'new-password',
                hint: describePolicy(passwordPolicy),
              },
            ],
            button: { name: 'signUpButton', text: 'Sign up' },
            links: [{ path: '/login', text: 'I have an account: sign in' }],
          }
        : null,
    async submit(visit, form) {
      const given = requiredAttributes.map(name => [name, (form[fieldName(name)] ?? '').trim()])
      const { user } = await signUp(realm, {
        clientId: visit.authorization.client.id,
        username: (form.username ?? '').trim(),
        password: form.password ?? '',
        attributes: Object.fromEntries(given) as Record<string, string>,
      })
      if (user.status === 'CONFIRMED') return goOn(realm, visit, user)
      return toStep(realm, visit, 'CONFIRM_SIGN_UP', user)
    },
  })
}

/** As the classic page has it. */
function fieldName(attribute: string): string {
  return `requiredAttributes[${attribute}]`
}

function attributeField(attribute: string, value: string | undefined): Field {
  const name = fieldName(attribute)
  switch (attribute) {
    case 'email':
      return { name, label: 'E-mail', type: 'email', autocomplete: 'email', value }
    case 'phone_number':
      return { name, label: 'Telephone (+15550100)', type: 'tel', autocomplete: 'tel', value }
    case 'name':
      return { name, label: 'Name', type: 'text', autocomplete: 'name', value }
    default:
      return { name, label: attribute, type: 'text', autocomplete: 'off', value }
  }
}
