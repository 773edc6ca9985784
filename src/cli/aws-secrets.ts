// Secrets that AWS keeps: Secrets Manager and the Parameter Store of Systems Manager. The SDKs are no dependencies of
// the gateway; they are loaded when a setting names such a secret.
// Source: API references, GetSecretValue and GetParameter.
import { checkedTls } from '../lib/aws-tls.js'
import type { LookUp, Reference } from '../lib/setting-references.js'

/** What is needed of both SDKs. */
export interface AwsSecretsSdks {
  readonly secretsManager: () => Promise<typeof import('@aws-sdk/client-secrets-manager')>
  readonly ssm: () => Promise<typeof import('@aws-sdk/client-ssm')>
}

const sdks: AwsSecretsSdks = {
  secretsManager: () => import('@aws-sdk/client-secrets-manager'),
  ssm: () => import('@aws-sdk/client-ssm'),
}
const packages = {
  'aws-sm': '@aws-sdk/client-secrets-manager',
  'aws-ssm': '@aws-sdk/client-ssm',
} as const
const rights = { 'aws-sm': 'secretsmanager:GetSecretValue', 'aws-ssm': 'ssm:GetParameter' } as const
const timeoutMs = 8000
const maxAttempts = 2

/**
 * Looks secrets up with the credentials that the AWS SDK finds.
 *
 * @param usualRegion  where no ARN and no AWS_REGION says another
 */
export function createAwsLookUp(usualRegion: string | undefined, load = sdks): LookUp {
  return async reference => {
    try {
      return pick(reference, await read(reference, usualRegion, load))
    } catch (error) {
      throw new Error(`${shown(reference)} ${explain(error as NodeJS.ErrnoException, reference)}`)
    }
  }
}

async function read(
  { kind, name }: Reference,
  usualRegion: string | undefined,
  load: AwsSecretsSdks,
): Promise<string | undefined> {
  const region = regionOf(name) ?? process.env.AWS_REGION ?? usualRegion
  const settings = { maxAttempts, ...checkedTls, ...(region !== undefined && { region }) }
  const options = { abortSignal: AbortSignal.timeout(timeoutMs) }
  if (kind === 'aws-sm') {
    const { SecretsManagerClient, GetSecretValueCommand } = await load.secretsManager()
    const asked = new GetSecretValueCommand({ SecretId: name })
    return (await new SecretsManagerClient(settings).send(asked, options)).SecretString
  }
  const { SSMClient, GetParameterCommand } = await load.ssm()
  const asked = new GetParameterCommand({ Name: name, WithDecryption: true })
  return (await new SSMClient(settings).send(asked, options)).Parameter?.Value
}

/** Stands in an ARN: `arn:aws:secretsmanager:REGION:…`. */
function regionOf(name: string): string | undefined {
  return name.startsWith('arn:') ? name.split(':')[3] : undefined
}

class WrongContent extends Error {}

function pick({ field }: Reference, value: string | undefined): string {
  if (value === undefined) throw new WrongContent('has no text in it; binary secrets are not read')
  if (field === null) return value
  let content: unknown
  try {
    content = JSON.parse(value)
  } catch {
    throw new WrongContent(`is no JSON, so that there is no field ${field} in it`)
  }
  const found = (content as Record<string, unknown> | null)?.[field]
  if (typeof found !== 'string') throw new WrongContent(`has no text in its field ${field}`)
  return found
}

function shown({ kind, name, field }: Reference): string {
  return `${kind}:${name}${field === null ? '' : `#${field}`}`
}

/** By the name of the exception, which the API keeps stable; never by its text, which may quote. */
function explain(error: NodeJS.ErrnoException, { kind }: Reference): string {
  if (error instanceof WrongContent) return error.message
  if (error.code === 'ERR_MODULE_NOT_FOUND') {
    return `needs a package that is not installed: npm install ${packages[kind]}`
  }
  const remedies: Readonly<Record<string, string>> = {
    AccessDeniedException: `is not for these credentials: allow ${rights[kind]} on it, and kms:Decrypt on its key`,
    CredentialsProviderError:
      'cannot be read, since the AWS SDK finds no credentials: give the task or instance a role, or set AWS_PROFILE',
    ExpiredTokenException: 'cannot be read: the AWS credentials have expired',
    ParameterNotFound: 'is not there: compare its name, the Region and the account',
    ResourceNotFoundException: 'is not there: compare its name, the Region and the account',
    ThrottlingException:
      'cannot be read: the AWS API throttles this account; try again in a minute',
    TimeoutError: 'cannot be read: the AWS API does not answer in time',
    UnrecognizedClientException: 'cannot be read: AWS does not know these credentials',
  }
  const known = Object.hasOwn(remedies, error.name) ? remedies[error.name] : undefined
  return known ?? `cannot be read (${error.code ?? error.name})`
}
