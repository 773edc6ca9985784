// The style of oauth2-proxy's `--set-xauthrequest`: what nginx and ingress controllers copy from an auth request.
import type { Style } from '../style.js'
import { forwarded } from './forwarded.js'

/** X-Auth-Request-User, -Preferred-Username, -Email, -Groups, -Access-Token: the values of `forwarded`. */
export const authRequest: Style = {
  name: 'auth-request',
  owns: forwarded.owns.map(rename),
  headers: (caller, settings) =>
    forwarded.headers(caller, settings).map(([name, value]) => [rename(name), value] as const),
}

function rename(name: string): string {
  return name.replace('X-Forwarded-', 'X-Auth-Request-')
}
