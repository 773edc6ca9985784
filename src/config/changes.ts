// What a reload cannot change: what was done once, at the start of the process.
import { isDeepStrictEqual } from 'node:util'
import type { Config } from '../config.js'

const fixed: Readonly<Record<string, (config: Config) => unknown>> = {
  'listen.host': ({ listen }) => listen.host,
  'listen.port': ({ listen }) => listen.port,
  'admin.host': ({ admin }) => admin.host,
  'admin.port': ({ admin }) => admin.port,
  'tls.cert (with or without TLS)': ({ tls }) => tls.cert === undefined,
  workers: ({ workers }) => workers,
}

/** Names of settings that differ and need a restart. */
export function changesThatNeedRestart(before: Config, after: Config): string[] {
  return Object.entries(fixed)
    .filter(([, read]) => !isDeepStrictEqual(read(before), read(after)))
    .map(([name]) => name)
}

/** Whether nothing differs but the certificate, which serves without anybody else's knowing. */
export function isUnchanged(before: Config, after: Config): boolean {
  return isDeepStrictEqual(withoutCertificate(before), withoutCertificate(after))
}

function withoutCertificate({ tls: { hsts }, ...config }: Config): object {
  return { ...config, hsts }
}
