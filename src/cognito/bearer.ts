// Who sends a Bearer token (RFC 6750). A token that was verified is remembered until it expires, so that an API
// client costs no signature check at each call.
import { LRUCache } from 'lru-cache'
import { GatewayError } from '../errors.js'
import type { Caller, Clock, TokenUse } from '../model.js'
import { toIdentity } from './claims.js'
import type { ClientVerifier } from './verifier.js'

/** The caller behind a token. Answers without a promise when the token is known. */
export interface BearerCallers {
  /** @throws GW_ERR_TOKEN_INVALID, always with the same words, and GW_ERR_COGNITO_UNAVAILABLE */
  find(token: string, tokenUse: TokenUse): Caller | Promise<Caller>
  /** What the memory of verified tokens was good for. */
  memoryUse(): { readonly kept: number; readonly hits: number; readonly misses: number }
}

const maxRemembered = 2000
const maxRememberedBytes = 8 * 1024 * 1024
/** The end of the signature tells any two verified tokens apart; the whole token is compared all the same. */
const tailCharacters = 22
/** Cognito's are below 4 KB with a hundred groups; what is longer is none. */
const maxTokenBytes = 16 * 1024

/**
 * Callers by verified token: one memory for each use, keyed by the end of the token. To hash all of it costs a request
 * more than everything else here (bench/throughput).
 */
export function createBearerCallers({
  verifier,
  clock,
}: {
  verifier: Pick<ClientVerifier, 'verifyBearer'>
  clock: Clock
}): BearerCallers {
  const known = { access: remember(), id: remember() }
  const use = { hits: 0, misses: 0 }

  async function verify(token: string, tokenUse: TokenUse): Promise<Caller> {
    try {
      if (token.length > maxTokenBytes) throw new GatewayError('GW_ERR_TOKENS_REFUSED')
      const claims = await verifier.verifyBearer(token, tokenUse)
      const caller: Caller = {
        identity: toIdentity(claims),
        tokens: {
          idToken: tokenUse === 'id' ? token : null,
          accessToken: tokenUse === 'access' ? token : null,
          refreshToken: null,
          issuedAt: claims.iat,
          expiresAt: claims.exp,
        },
      }
      known[tokenUse].set(tailOf(token), caller)
      return caller
    } catch (error) {
      throw asInvalid(error)
    }
  }

  return {
    find(token, tokenUse) {
      const caller = known[tokenUse].get(tailOf(token))
      if (caller !== undefined && tokenOf(caller) === token && caller.tokens.expiresAt > clock()) {
        use.hits++
        return caller
      }
      use.misses++
      return verify(token, tokenUse)
    },

    memoryUse: () => ({ ...use, kept: known.access.size + known.id.size }),
  }
}

function remember(): LRUCache<string, Caller> {
  return new LRUCache({
    max: maxRemembered,
    maxSize: maxRememberedBytes,
    sizeCalculation: caller => tokenOf(caller).length * 3,
  })
}

function tailOf(token: string): string {
  return token.slice(-tailCharacters)
}

function tokenOf({ tokens }: Caller): string {
  return tokens.accessToken ?? tokens.idToken ?? ''
}

/** Whatever was wrong with it: all bad tokens look alike. */
function asInvalid(error: unknown): unknown {
  if (!(error instanceof GatewayError) || error.code !== 'GW_ERR_TOKENS_REFUSED') return error
  const reason = error.reason ?? 'longer than any token'
  return new GatewayError('GW_ERR_TOKEN_INVALID', { reason })
}
