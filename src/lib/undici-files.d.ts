// Files of undici have no types of their own; what they hold is typed by its index.
declare module 'undici/lib/api/index.js' {
  const api: object
  export = api
}
declare module 'undici/lib/core/connect.js' {
  import { buildConnector } from 'undici'

  export = buildConnector
}
declare module 'undici/lib/core/constants.js' {
  const constants: { readonly headerNameLowerCasedRecord: Record<string, string> }
  export = constants
}
declare module 'undici/lib/core/errors.js' {
  import { errors } from 'undici'

  export = errors
}
declare module 'undici/lib/core/symbols.js' {
  const symbols: { readonly kParser: unique symbol }
  export = symbols
}
declare module 'undici/lib/dispatcher/agent.js' {
  import { Agent } from 'undici'

  export = Agent
}
declare module 'undici/lib/dispatcher/dispatcher.js' {
  import { Dispatcher } from 'undici'

  export = Dispatcher
}
declare module 'undici/lib/dispatcher/pool.js' {
  import { Pool } from 'undici'

  export = Pool
}
declare module 'undici/lib/web/fetch/headers.js' {
  const headers: Pick<typeof import('undici'), 'Headers'>
  export = headers
}
declare module 'undici/lib/web/fetch/response.js' {
  const response: Pick<typeof import('undici'), 'Response'>
  export = response
}
