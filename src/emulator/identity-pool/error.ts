// How an identity pool says no. Sentences as they are on the wire, as far as they are published.
import { ServiceError } from '../aws/service-error.js'

/** Exceptions of identity pools that this emulator gives. */
export type IdentityPoolErrorName =
  | 'InvalidIdentityPoolConfigurationException'
  | 'InvalidParameterException'
  | 'NotAuthorizedException'
  | 'ResourceNotFoundException'

/** A refusal of an identity pool; always HTTP 400. */
export function refused(name: IdentityPoolErrorName, sentence: string): ServiceError {
  return new ServiceError(name, sentence)
}
