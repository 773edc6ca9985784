// An app client may have two active secrets while one replaces the other. Source: Amazon Cognito developer
// guide, "App client secret rotation".

/** Asks with the credentials in use, and with the spare ones when those are refused. */
export type AskWithSpare<Credentials> = <Answer>(
  ask: (credentials: Credentials) => Promise<Answer>,
) => Promise<Answer>

/**
 * The only case in which a code or token is sent a second time: Cognito checks the client before the grant,
 * so a refused client has used nothing up.
 *
 * @param isClientRefused  `invalid_client`
 * @param provesClient     a refusal that only an accepted client gets
 * @param onSwitch         the spare ones were accepted, and are in use from now on
 */
export function createSpareSecret<Credentials>({
  credentials,
  isClientRefused,
  provesClient,
  onSwitch,
}: {
  credentials: readonly [Credentials, Credentials?]
  isClientRefused: (error: unknown) => boolean
  provesClient: (error: unknown) => boolean
  onSwitch: () => void
}): AskWithSpare<Credentials> {
  let inOrder = credentials

  /** Many requests may find out at the same moment: the first one switches. */
  function use(accepted: Credentials, refused: Credentials): void {
    if (inOrder[0] === accepted) return
    inOrder = [accepted, refused]
    onSwitch()
  }

  return async ask => {
    const [current, spare] = inOrder
    try {
      return await ask(current)
    } catch (error) {
      if (spare === undefined || !isClientRefused(error)) throw error
    }
    try {
      const answer = await ask(spare)
      use(spare, current)
      return answer
    } catch (error) {
      if (provesClient(error)) use(spare, current)
      throw error
    }
  }
}
