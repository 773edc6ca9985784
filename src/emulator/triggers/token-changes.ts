// What a trigger may change about tokens, and changing it.

/** Changes to one token. */
export interface ClaimChanges {
  readonly add: Readonly<Record<string, unknown>>
  readonly suppress: readonly string[]
}

/** What the trigger wants. */
export interface TokenChanges {
  readonly idToken: ClaimChanges
  readonly accessToken: ClaimChanges
  readonly addScopes: readonly string[]
  readonly suppressScopes: readonly string[]
  /** Instead of the user's own; null leaves them. */
  readonly groups: readonly string[] | null
}

const none: ClaimChanges = { add: {}, suppress: [] }

/** Without a trigger. */
export const noTokenChanges: TokenChanges = {
  idToken: none,
  accessToken: none,
  addScopes: [],
  suppressScopes: [],
  groups: null,
}

/** Claims with the changes. */
export function applyChanges(
  claims: Readonly<Record<string, unknown>>,
  { add, suppress }: ClaimChanges,
): Record<string, unknown> {
  const kept = Object.entries(claims).filter(([name]) => !suppress.includes(name))
  return { ...Object.fromEntries(kept), ...add }
}
