// For applications that know HTTP Basic alone (RFC 7617): the user's name, and one password for everybody.
import type { Style } from '../style.js'
import { userValue } from './forwarded.js'

/** `Authorization: Basic`. The password proves to the application that the gateway is asking. */
export const basic: Style = {
  name: 'basic',
  owns: ['Authorization'],
  headers: ({ identity }, { user, password }) => [
    ['Authorization', credentials(userValue(identity, user), password)],
  ],
}

/** A colon would end the name, and make another of it. */
function credentials(name: string | null, password: string | undefined): string | null {
  if (name === null || password === undefined || name.includes(':')) return null
  return `Basic ${Buffer.from(`${name}:${password}`, 'utf8').toString('base64')}`
}
