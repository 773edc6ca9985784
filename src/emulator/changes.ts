// What happens to users of a running pool, told to whoever listens: the place where a sender of events or a
// snapshot hears of it. Each change has the name of the AWS operation that makes it.

/** Operations that change what a user may do, or who a user is. */
export type UserOperation =
  | 'AdminAddUserToGroup'
  | 'AdminCreateUser'
  | 'AdminDeleteUser'
  | 'AdminDisableUser'
  | 'AdminEnableUser'
  | 'AdminRemoveUserFromGroup'
  | 'AdminResetUserPassword'
  | 'AdminSetUserPassword'
  | 'AdminUpdateUserAttributes'
  | 'AdminUserGlobalSignOut'
  | 'ChangePassword'
  | 'ConfirmForgotPassword'
  | 'ConfirmSignUp'
  | 'DeleteUser'
  | 'GlobalSignOut'
  | 'SetUserMFAPreference'
  | 'SignUp'
  | 'UpdateUserAttributes'
  /** A user of an external provider, or of the migration trigger, who came for the first time. */
  | 'UserCreatedAtSignIn'

/** One change, told after it was made. */
export interface UserChange {
  readonly operation: UserOperation
  readonly username: string
  readonly sub: string
  /** Only with `AdminAddUserToGroup` and `AdminRemoveUserFromGroup`. */
  readonly groupName: string | null
  /** NumericDate seconds. */
  readonly at: number
}

/** Hears of changes. What it throws is not caught. */
export type ChangeListener = (change: UserChange) => void

/** Where changes are told and heard. */
export interface Changes {
  readonly announce: ChangeListener
  /** @returns what ends the listening */
  readonly onChange: (listener: ChangeListener) => () => void
}

/** No listener yet. */
export function createChanges(): Changes {
  const listeners = new Set<ChangeListener>()
  return {
    announce(change) {
      for (const listener of listeners) listener(change)
    },
    onChange(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}
