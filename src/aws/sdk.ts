// AWS SDK and signer: no dependencies of the gateway, loaded when the settings ask for them.
import { SettingsRefused } from '../errors.js'

type IdentitySdk = Pick<
  typeof import('@aws-sdk/client-cognito-identity'),
  | 'CognitoIdentityClient'
  | 'GetCredentialsForIdentityCommand'
  | 'GetIdCommand'
  | 'GetOpenIdTokenCommand'
>
type StsSdk = Pick<
  typeof import('@aws-sdk/client-sts'),
  'STSClient' | 'AssumeRoleWithWebIdentityCommand'
>
type Signer = Pick<typeof import('@smithy/signature-v4'), 'SignatureV4'>

/** How each package is loaded. */
export interface SdkLoaders {
  readonly identity: () => Promise<IdentitySdk>
  readonly sts: () => Promise<StsSdk>
  readonly signer: () => Promise<Signer>
}

/** What was loaded; null for what is not needed. */
export interface Sdk {
  readonly identity: IdentitySdk
  readonly sts: StsSdk | null
  readonly signer: Signer | null
}

const packages: Readonly<Record<keyof SdkLoaders, string>> = {
  identity: '@aws-sdk/client-cognito-identity',
  sts: '@aws-sdk/client-sts',
  signer: '@smithy/signature-v4',
}

export const sdkLoaders: SdkLoaders = {
  identity: () => import('@aws-sdk/client-cognito-identity'),
  sts: () => import('@aws-sdk/client-sts'),
  signer: () => import('@smithy/signature-v4'),
}

/** @throws SettingsRefused that names every package which is missing, and how to install it */
export async function loadSdk(
  { basicFlow, signs }: { basicFlow: boolean; signs: boolean },
  loaders: SdkLoaders = sdkLoaders,
): Promise<Sdk> {
  const missing: string[] = []
  async function load<Loaded>(name: keyof SdkLoaders, loader: () => Promise<Loaded>) {
    try {
      return await loader()
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error
      missing.push(packages[name])
      return null
    }
  }
  const identity = await load('identity', loaders.identity)
  const sts = basicFlow ? await load('sts', loaders.sts) : null
  const signer = signs ? await load('signer', loaders.signer) : null
  if (identity === null || missing.length > 0) {
    throw new SettingsRefused([
      `aws.identityPoolId (COGNITO_IDENTITY_POOL_ID): needs packages that are not installed, since the gateway does without them otherwise: npm install ${missing.join(' ')}`,
    ])
  }
  return { identity, sts, signer }
}
