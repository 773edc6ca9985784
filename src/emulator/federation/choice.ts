// What somebody chose on a provider's page: a person of the list, a new one, or to refuse.
import type { Parameters } from '../realm.js'
import type { Person, Provider } from '../settings/provider.js'

/** The person; null for a refusal or a form that names nobody. */
export function readChoice({ people }: Provider, form: Parameters): Person | null {
  if (form.refuse !== undefined) return null
  if (form.person !== undefined) return people.find(({ id }) => id === form.person) ?? null
  const id = (form.id ?? '').trim()
  if (!/^[\w.@+-]{1,100}$/.test(id)) return null
  const given = { email: (form.email ?? '').trim(), name: (form.name ?? '').trim() }
  const attributes = Object.fromEntries(
    Object.entries(given).filter(([, value]) => value !== '' && value.length <= 256),
  )
  return { id, attributes }
}
