// What is signed for applications, and the public keys that they check it with.
import type { Config } from '../config.js'
import { createSigned } from '../identity-headers/signed.js'
import type { StyleSettings } from '../identity-headers/style.js'
import { createSigningRing, type PublishedKey } from '../lib/signing-ring.js'
import type { Clock } from '../model.js'

export interface Signing {
  readonly signed: NonNullable<StyleSettings['signed']>
  /** By use, then by `kid`. */
  readonly published: Readonly<Record<'alb' | 'assertion', ReadonlyMap<string, PublishedKey>>>
}

/** A ring for each style that signs, from the secrets that every instance has. */
export function createSigning({ secrets, identity, url }: Config, clock: Clock): Signing {
  const alb = createSigningRing(secrets, 'alb')
  const assertion = createSigningRing(secrets, 'assertion')
  const [issuer] = url
  return {
    signed: {
      alb: createSigned({
        sign: (header, payload) => alb.sign(header, payload, identity.alb.padding),
        ttlSeconds: identity.alb.ttl,
        stamp: (_now, exp) => ({ header: { exp }, payload: { exp } }),
        clock,
      }),
      assertion: createSigned({
        sign: (header, payload) => assertion.sign(header, payload, false),
        ttlSeconds: identity.assertion.ttl,
        stamp: (iat, exp) => ({ header: {}, payload: { iss: issuer, iat, exp } }),
        clock,
      }),
    },
    published: { alb: alb.published, assertion: assertion.published },
  }
}
