// An external identity provider in the pool's file, and the people whom one can be there.
import * as z from 'zod'

/** Providers that have one name for everybody. */
export const socialTypes = ['Google', 'Facebook', 'LoginWithAmazon', 'SignInWithApple'] as const

const personSchema = z.strictObject({
  /** The provider's own id: becomes part of the user name, `Google_ID`. */
  id: z.string().regex(/^[\w.@+-]{1,100}$/, 'letters, digits and . @ + - _'),
  /** As mapped to the user pool: `email`, `name`, … */
  attributes: z.record(z.string(), z.union([z.string().max(2048), z.boolean()])).default({}),
})

/** One provider. */
export const providerSchema = z
  .strictObject({
    /** `identity_provider` names it; social ones have the name of their type. */
    name: z.string().regex(/^[\w-]{1,32}$/, 'has 1 to 32 letters, digits, - or _'),
    type: z.enum([...socialTypes, 'SAML', 'OIDC']),
    /** `idp_identifier` names it too: often a domain of e-mail addresses. */
    identifiers: z.array(z.string().min(1).max(40)).max(50).default([]),
    people: z.array(personSchema).max(50).default([]),
    /** `issuer` of the claim `identities`; SAML providers have their entity id there. */
    issuer: z.string().nullable().default(null),
  })
  .refine(({ name, type }) => !isSocial(type) || name === type, 'must be named as its type')

export type Provider = z.output<typeof providerSchema>
/** Somebody at a provider. */
export type Person = z.output<typeof personSchema>

function isSocial(type: string): boolean {
  return socialTypes.some(social => social === type)
}
