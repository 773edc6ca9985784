// A fault as the admin API takes it.
import * as z from 'zod'
import type { Fault } from '../faults.js'
import { strictBody, withoutUndefined } from './body.js'

const maxDelayMs = 600_000

/** One fault and the path, or operation, that it meets. */
export const faultSchema = strictBody(
  z
    .strictObject({
      path: z.string().min(1).max(200),
      delayMs: z.number().int().min(0).max(maxDelayMs).optional(),
      status: z.number().int().min(200).max(599).optional(),
      body: z.string().max(10_000).optional(),
      headers: z.record(z.string(), z.string()).optional(),
      throttle: z.union([z.boolean(), z.enum(['html', 'json', 'api'])]).optional(),
      reset: z.boolean().optional(),
      hang: z.boolean().optional(),
      loseAnswer: z.boolean().optional(),
      times: z.number().int().min(1).max(10_000).optional(),
    })
    .transform(({ path, ...fault }) => ({ path, fault: withoutUndefined(fault) satisfies Fault })),
)
