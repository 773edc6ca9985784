// Traces for OpenTelemetry: nothing of it is loaded unless there is somewhere to send them.
import * as z from 'zod'

export const tracingSettings = z.strictObject({
  endpoint: z
    .url({ protocol: /^https?$/ })
    .optional()
    .meta({
      env: 'GATEWAY_TRACING_ENDPOINT',
      description:
        'Where spans are sent (OTLP over HTTP); without it nothing is traced. Needs the packages that the README names. Applications get `traceparent` then.',
      example: 'http://localhost:4318/v1/traces',
    }),
  service: z.string().min(1).default('cognito-gateway').meta({
    description: 'Name of the service in traces.',
    example: 'portal-gateway',
  }),
  sample: z.number().min(0).max(1).default(1).meta({
    description: 'Which part of the traces that begin here is recorded.',
    example: 0.1,
  }),
  continue: z.boolean().default(false).meta({
    description:
      'Goes on with the `traceparent` that a trusted proxy sends. From anybody else it is an attempt to be found in traces of others, and a new one begins.',
    example: true,
  }),
})

export type TracingSettings = z.output<typeof tracingSettings>
