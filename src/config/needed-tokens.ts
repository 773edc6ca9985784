// Which tokens the settings have a use for. Of the others sessions carry the claims alone, which keeps cookies small.
import type { AwsSettings } from '../aws/settings.js'
import type { IdentitySettings } from '../identity-headers/settings.js'
import { type TokenKind, tokenKinds } from '../session/settings.js'

/** The settings that pass a token on. */
export interface TokenUses {
  readonly identity: Pick<IdentitySettings, 'style' | 'token' | 'accessToken'>
  readonly aws: Pick<AwsSettings, 'identityPoolId'>
}

/** Tokens that applications are shown. */
export function neededByIdentity({
  style,
  token,
  accessToken,
}: TokenUses['identity']): Set<TokenKind> {
  const needed = new Set<TokenKind>()
  if (style.includes('bearer')) needed.add(token)
  if (accessToken || style.includes('alb')) needed.add('access')
  return needed
}

/** Tokens that anything asks for: applications, or the identity pool (`sigv4` and the credentials of AWS rest on it). */
export function neededTokens({ identity, aws }: TokenUses): readonly TokenKind[] {
  const needed = neededByIdentity(identity)
  if (aws.identityPoolId !== undefined) needed.add('id')
  return tokenKinds.filter(kind => needed.has(kind))
}

/** What sessions carry: what the settings say, else the refresh token and what is needed. */
export function keptTokens(keep: readonly TokenKind[] | undefined, uses: TokenUses): TokenKind[] {
  return keep === undefined ? [...neededTokens(uses), 'refresh'] : [...keep]
}
