// Temporary AWS credentials of the person who is signed in, and routes whose requests are signed with them.
import * as z from 'zod'

const identityPoolId = /^[a-z]{2,}(?:-[a-z]+)+-\d+:[0-9a-f-]{36}$/
const roleArn = /^arn:aws[\w-]*:iam::\d{12}:role\/[\w+=,.@/-]{1,512}$/

const roleSetting = z.string().regex(roleArn, 'expected the ARN of an IAM role')

/** Settings under `aws`. @param parts.access  who gets a role; handed in, so that rooms stay strangers */
export function createAwsSettings<Access extends z.ZodType>({ access }: { access: Access }) {
  return z.strictObject({
    identityPoolId: z.string().regex(identityPoolId, 'expected REGION:UUID').optional().meta({
      env: 'COGNITO_IDENTITY_POOL_ID',
      description:
        'Id of the identity pool that gives people temporary AWS credentials for their ID token. Needs the packages `@aws-sdk/client-cognito-identity`, for `aws.flow: basic` also `@aws-sdk/client-sts`, for `sigv4` of a route also `@smithy/signature-v4`.',
      example: 'eu-west-1:12345678-1234-1234-1234-123456789012',
    }),
    flow: z.enum(['enhanced', 'basic']).default('enhanced').meta({
      description:
        '`enhanced`: the identity pool gives the credentials, of the role that `aws.roles` or `aws.role` name, else of the one that it chooses itself. `basic`: STS gives them, of a role that is chosen here.',
      example: 'basic',
    }),
    role: z
      .union([z.literal('token'), roleSetting], {
        error: 'expected token, or the ARN of an IAM role',
      })
      .optional()
      .meta({
        description:
          "Role of everybody who matches none of `aws.roles`: an ARN, or `token` for the one of the person's groups (`cognito:preferred_role`, or the only one of `cognito:roles`). By default the identity pool chooses, and in the basic flow the token.",
        example: 'arn:aws:iam::123456789012:role/app-user',
      }),
    roles: z
      .array(z.strictObject({ access, role: roleSetting }))
      .max(100)
      .default([])
      .meta({
        description:
          'Roles by access rule, the first that matches; decided at sign-in and at each refresh. In the enhanced flow the role has to stand in `cognito:roles` of the token.',
        example: [
          { access: { groups: ['admins'] }, role: 'arn:aws:iam::123456789012:role/app-admin' },
        ],
      }),
    credentialsEndpoint: z.boolean().default(false).meta({
      description:
        'True: `GET /oauth2/aws-credentials` gives pages of the same origin the credentials of the person who is signed in.',
      example: true,
    }),
    endpoint: z
      .url({ protocol: /^https?$/ })
      .optional()
      .meta({
        description:
          'Where identity pool and STS are, when not at AWS: an emulator, or a VPC endpoint that serves both.',
        example: 'http://localhost:9339',
      }),
  })
}

/** Setting `sigv4` of a route. */
export const sigv4Setting = z
  .strictObject({
    service: z.string().regex(/^[a-z0-9-]{1,63}$/, 'expected the signing name of a service'),
    region: z.string().regex(/^[a-z]{2,}(?:-[a-z]+)+-\d+$/, 'expected a Region'),
    payload: z.enum(['signed', 'unsigned']).optional(),
  })
  .optional()
  .meta({
    description:
      "Requests are signed with the person's own AWS credentials (`aws.identityPoolId`): `execute-api`, `lambda`, `es`, `aoss`, `s3`, … Bodies are read whole before that, up to `maxBody` or 10 MB; with `payload: unsigned`, the usual for `s3` over https, they stream and the signature leaves them out, which other services refuse.",
    example: { service: 'execute-api', region: 'eu-west-1' },
  })

export type AwsSettings = Omit<z.output<ReturnType<typeof createAwsSettings>>, 'roles'>
export type Sigv4Settings = NonNullable<z.output<typeof sigv4Setting>>
