// Puts a realm together: where the pool is reached, its keys, its clock, its memory.
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { openViews, viewsFolder } from '../lib/views.js'
import { createChanges } from './changes.js'
import type { Tell } from './events.js'
import type { Faults } from './faults.js'
import { createKeys, type SigningKeys } from './keys.js'
import { placeOrigin } from './places.js'
import type { PoolSettings } from './pool.js'
import type { Realm } from './realm.js'
import { createState } from './state.js'
import { createTokenMaker } from './tokens.js'
import type { Triggers } from './triggers/trigger.js'

/** What a realm is made of. */
export interface RealmNeeds {
  readonly host?: string
  readonly publicOrigin?: string | undefined
  readonly issuerOrigin?: string | undefined
  readonly clock?: () => number
  readonly signingKeys?: Promise<SigningKeys>
  readonly tell: Tell
  readonly faults: Faults
  readonly certificate: string | null
  readonly triggers: Triggers
}

/** Domain and issuer name the port, which is known once the app listens: no request comes earlier. */
export function createRealm(
  app: FastifyInstance,
  settings: PoolSettings,
  needs: RealmNeeds,
): Realm {
  const {
    host = 'localhost',
    publicOrigin,
    issuerOrigin,
    clock = systemClock,
    tell,
    faults,
    triggers,
    certificate,
  } = needs
  const port = () => (app.server.address() as AddressInfo | null)?.port ?? 0
  const ownHost = ['0.0.0.0', '::'].includes(host) ? 'localhost' : host
  const keys = createKeys(needs.signingKeys)
  const place = {
    keys,
    identityKeys: createKeys(),
    groups: settings.groups,
    clock: () => clock() + faults.clockOffsetSeconds,
    get domain() {
      return placeOrigin(
        publicOrigin ?? `${certificate !== null ? 'https' : 'http'}://${ownHost}:0`,
        port(),
      )
    },
    get issuer() {
      const origin = issuerOrigin === undefined ? place.domain : placeOrigin(issuerOrigin, port())
      return `${origin}/${settings.poolId}`
    },
  }
  const tokens = createTokenMaker(place)
  const views = openViews(join(viewsFolder, 'emulator'))
  const changes = createChanges()
  return Object.assign(place, {
    settings,
    tokens,
    state: createState(),
    views,
    tell,
    changes,
    triggers,
    faults,
    certificate,
  })
}

function systemClock(): number {
  return Math.floor(Date.now() / 1000)
}
