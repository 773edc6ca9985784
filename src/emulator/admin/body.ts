// Bodies of the admin API: checked, and refused with every fault named.
import type { z } from 'zod'

/** A schema whose `parse` throws a RangeError that names what is wrong. */
export function strictBody<T extends z.ZodType>(schema: T): { parse(body: unknown): z.output<T> } {
  return {
    parse(body) {
      const parsed = schema.safeParse(body)
      if (parsed.success) return parsed.data
      const faults = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
      throw new RangeError(faults.join('; '))
    },
  }
}

/** Only what is given: an absent field and an undefined one are the same in JSON. */
export function withoutUndefined<T extends object>(
  changes: T,
): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const given = Object.entries(changes).filter(([, value]) => value !== undefined)
  return Object.fromEntries(given) as { [K in keyof T]?: Exclude<T[K], undefined> }
}
