// What an operator registers at an app client.
import type { Config } from '../config.js'
import { createPaths } from '../endpoints/paths.js'

/** What has to be registered at the app client, for every public origin. */
export function urlsToRegister({ url, paths }: Pick<Config, 'url' | 'paths'>): {
  redirectUris: string[]
  signOutUrls: string[]
} {
  const { callback, signedOut } = createPaths(paths)
  return {
    redirectUris: url.map(origin => origin + callback),
    signOutUrls: url.map(origin => origin + signedOut),
  }
}
