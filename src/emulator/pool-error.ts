// How a user pool says no: the exception's name and sentence as the AWS API has them. The pages show the sentence,
// the API sends both.
import { ServiceError } from './aws/service-error.js'

/** Exceptions of the user pool that this emulator gives. */
export type PoolErrorName =
  | 'AliasExistsException'
  | 'CodeMismatchException'
  | 'EnableSoftwareTokenMFAException'
  | 'ExpiredCodeException'
  | 'GroupExistsException'
  | 'InvalidParameterException'
  | 'InvalidPasswordException'
  | 'LimitExceededException'
  | 'MissingAuthenticationTokenException'
  | 'NotAuthorizedException'
  | 'PasswordResetRequiredException'
  | 'RefreshTokenReuseException'
  | 'ResourceNotFoundException'
  | 'TooManyFailedAttemptsException'
  | 'UnexpectedLambdaException'
  | 'UnknownOperationException'
  | 'UnsupportedTokenTypeException'
  | 'UserLambdaValidationException'
  | 'UserNotConfirmedException'
  | 'UserNotFoundException'
  | 'UsernameExistsException'

/** A refusal of the pool; always HTTP 400 at the API. */
export class PoolError extends ServiceError {
  constructor(name: PoolErrorName, sentence: string) {
    super(name, sentence)
  }
}
