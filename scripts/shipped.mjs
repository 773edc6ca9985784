// What `npm install cognito-gateway` brings along, as it is locked.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Where the project is. */
export const root = fileURLToPath(new URL('..', import.meta.url))

/** Name, version, `integrity`, and folder of each package. */
export function shippedPackages() {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'))
  return Object.entries(packages)
    .filter(([path, { dev, devOptional, optional }]) => path && !dev && !devOptional && !optional)
    .map(([path, { version, integrity }]) => ({
      name: path.split('node_modules/').at(-1),
      version,
      integrity,
      folder: join(root, path),
    }))
}
