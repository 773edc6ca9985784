// Conditions of a rule of an Application Load Balancer, as far as a route of ours can say them.
// Source: Elastic Load Balancing guide, "Condition types for listener rules".
import * as z from 'zod'

const values = z
  .object({ Values: z.array(z.string()).default([]), RegexValues: z.array(z.string()).optional() })
  .optional()

/** `Conditions` of a rule. */
export const ruleConditions = z.array(
  z.object({
    Field: z.string(),
    Values: z.array(z.string()).optional(),
    PathPatternConfig: values,
    HostHeaderConfig: values,
    HttpRequestMethodConfig: values,
  }),
)

type Conditions = z.output<typeof ruleConditions>

/** A request meets one of each. */
export interface Match {
  /** Empty: any host. */
  readonly hosts: readonly string[]
  readonly paths: readonly { readonly path: string; readonly exact?: true }[]
  readonly methods?: readonly string[]
}

/** Null when a condition cannot be said by host, path and method. */
export function readConditions(conditions: Conditions): Match | null {
  const known = ['path-pattern', 'host-header', 'http-request-method']
  if (conditions.some(({ Field }) => !known.includes(Field))) return null
  if (conditions.some(one => configOf(one)?.RegexValues !== undefined)) return null
  const valuesOf = (field: string) =>
    conditions
      .filter(({ Field }) => Field === field)
      .flatMap(one => configOf(one)?.Values ?? one.Values ?? [])
  const hosts = valuesOf('host-header')
  if (hosts.some(host => /[*?]/.test(host))) return null
  const paths = valuesOf('path-pattern').flatMap(readPattern)
  if (paths.includes(null)) return null
  const methods = valuesOf('http-request-method')
  return {
    hosts: hosts.map(host => host.toLowerCase()),
    paths: paths.length === 0 ? [{ path: '/' }] : paths.filter(path => path !== null),
    ...(methods.length === 0 ? {} : { methods }),
  }
}

function configOf(one: Conditions[number]) {
  return one.PathPatternConfig ?? one.HostHeaderConfig ?? one.HttpRequestMethodConfig
}

/** `/api/*` is all below `/api`, which here takes `/api` too; `/api` is that alone; other patterns have no route. */
function readPattern(pattern: string): { path: string; exact?: true } | null {
  if (pattern === '*' || pattern === '/*') return { path: '/' }
  const [, path, below] = /^((?:\/[^/*?]+)+)(\/\*)?$/.exec(pattern) ?? []
  if (path !== undefined) return below === undefined ? { path, exact: true } : { path }
  return pattern === '/' ? { path: '/', exact: true } : null
}
