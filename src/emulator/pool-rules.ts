// What a schema of single fields cannot say of a user pool.
import * as z from 'zod'

/** A fault of a pool, and where it stands. */
export interface PoolComplaint {
  readonly path: readonly (string | number)[]
  readonly message: string
}

/** Where a field is wrong, what follows from it is absent. */
interface JudgedClient {
  readonly id: string
  readonly clientCredentials: boolean
  readonly secrets?: readonly string[]
  readonly responseTypes?: readonly string[]
  readonly scopes?: readonly string[]
}

interface JudgedPool {
  readonly users: readonly {
    readonly username: string
    readonly groups: readonly string[]
    readonly status?: string
    readonly attributes: Readonly<Record<string, string | boolean>>
  }[]
  readonly groups: readonly { readonly name: string }[]
  readonly clients: readonly JudgedClient[]
  readonly providers: readonly { readonly name: string }[]
  readonly resourceServers: readonly {
    readonly identifier: string
    readonly scopes: readonly string[]
  }[]
}

/** AWS's limit. */
export const maxGroupsOfUser = 100

const loopbackHosts: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]'])

/** A callback or sign-out URL as Cognito takes it: developer guide, "App client settings". */
export const registeredUrl = z
  .string()
  .refine(
    isRegistrable,
    'must be an absolute URL without fragment: https, an app scheme, or http on localhost, 127.0.0.1 or [::1]',
  )

/** Every fault of a pool whose fields are good one by one. */
export function complainAboutPool({
  users,
  groups,
  clients,
  providers,
  resourceServers,
}: JudgedPool): PoolComplaint[] {
  const custom = new Set(
    resourceServers.flatMap(({ identifier, scopes }) =>
      scopes.map(name => `${identifier}/${name}`),
    ),
  )
  const logins = users.flatMap(({ username, status, attributes: { email } }, index) => [
    { name: username.toLowerCase(), path: ['users', index, 'username'] },
    // Someone's e-mail address may be the user name too.
    ...(typeof email === 'string' &&
    status !== 'EXTERNAL_PROVIDER' &&
    email.toLowerCase() !== username.toLowerCase()
      ? [{ name: email.toLowerCase(), path: ['users', index, 'attributes', 'email'] }]
      : []),
  ])
  return [
    ...repeated(logins),
    ...repeated(groups.map(({ name }, index) => ({ name, path: ['groups', index, 'name'] }))),
    ...repeated(clients.map(({ id }, index) => ({ name: id, path: ['clients', index, 'id'] }))),
    ...repeated(
      resourceServers.map(({ identifier: name }, index) => ({
        name,
        path: ['resourceServers', index, 'identifier'],
      })),
    ),
    ...clients.flatMap((client, index) => complainAboutClient(client, custom, ['clients', index])),
    ...repeated(providers.map(({ name }, index) => ({ name, path: ['providers', index, 'name'] }))),
    ...users.flatMap((user, index) => complainAboutUser(user, ['users', index])),
  ]
}

function complainAboutUser(
  { groups, attributes }: JudgedPool['users'][number],
  path: readonly (string | number)[],
): PoolComplaint[] {
  const complaints = Object.entries(attributes).flatMap(([name, value]) => {
    const message = complainAboutAttribute(name, value)
    return message === null ? [] : [{ path: [...path, 'attributes', name], message }]
  })
  if (groups.length <= maxGroupsOfUser) return complaints
  const message = `a user is in ${maxGroupsOfUser} groups at most, here ${groups.length}`
  return [...complaints, { path: [...path, 'groups'], message }]
}

/** Source: developer guide, "Scopes, M2M, and resource servers". */
function complainAboutClient(
  { clientCredentials, responseTypes = [], secrets = [], scopes = [] }: JudgedClient,
  custom: ReadonlySet<string>,
  path: readonly (string | number)[],
): PoolComplaint[] {
  const complain = (name: string, message: string) => ({ path: [...path, name], message })
  // A pool that names no resource servers leaves custom scopes to its clients.
  const unknown =
    custom.size === 0 ? [] : scopes.filter(scope => scope.includes('/') && !custom.has(scope))
  const complaints = unknown.map(scope =>
    complain('scopes', `no resource server has the scope "${scope}"`),
  )
  if (!clientCredentials) return complaints
  return [
    ...complaints,
    ...(responseTypes.length > 0
      ? [complain('clientCredentials', 'excludes every response type')]
      : []),
    ...(secrets.length === 0
      ? [complain('clientCredentials', 'needs a client with a secret')]
      : []),
  ]
}

function complainAboutAttribute(name: string, value: string | boolean): string | null {
  if (name === 'sub') return 'give sub beside the user name, not as an attribute'
  const wanted = name.endsWith('_verified') ? 'boolean' : 'string'
  return typeof value === wanted ? null : `must be a ${wanted}`
}

function repeated(
  entries: readonly { name: string; path: readonly (string | number)[] }[],
): PoolComplaint[] {
  const seen = new Set<string>()
  return entries.flatMap(({ name, path }) => {
    const isNew = !seen.has(name)
    seen.add(name)
    return isNew ? [] : [{ path, message: `"${name}" is there twice` }]
  })
}

function isRegistrable(text: string): boolean {
  if (!URL.canParse(text) || text.includes('#')) return false
  const { protocol, hostname } = new URL(text)
  if (protocol === 'http:') return loopbackHosts.has(hostname)
  return !['javascript:', 'data:', 'vbscript:', 'file:', 'blob:'].includes(protocol)
}
