// The person's own token, for applications that verify it themselves (RFC 6750).
import type { Style } from '../style.js'

/** `Authorization: Bearer` with the access token, or the ID token. */
export const bearer: Style = {
  name: 'bearer',
  owns: ['Authorization'],
  headers: ({ tokens }, { token }) => {
    const sent = token === 'id' ? tokens.idToken : tokens.accessToken
    return [['Authorization', sent === null ? null : `Bearer ${sent}`]]
  },
}
