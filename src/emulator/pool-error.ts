// How a user pool says no: the exception's name and sentence as the AWS API has them. The pages show the sentence,
// the API sends both.

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
export class PoolError extends Error {
  override readonly name: PoolErrorName

  constructor(name: PoolErrorName, sentence: string) {
    super(sentence)
    this.name = name
  }
}
