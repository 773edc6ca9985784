// How many connections one client may have.
import * as z from 'zod'

/** Settings under `limits` that bound who arrives. */
export const arrivalLimits = {
  connectionsPerAddress: z.number().int().min(0).max(1_000_000).default(2000).meta({
    description:
      'Connections open from one client address at once, in each process; further ones are closed. 0: no limit. Those of `trustedProxies` are not counted.',
    example: 200,
  }),
}
