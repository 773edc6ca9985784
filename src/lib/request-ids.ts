// Names of requests, as they stand on answers and in log lines.
import { randomBytes } from 'node:crypto'

/**
 * Ids such as `p3Zk0v9aQxE-1f`: random once for the process, then counted, so that they differ over restarts and
 * instances, and none costs a random source. They are names, not secrets.
 */
export function createRequestIds(): () => string {
  const process = randomBytes(8).toString('base64url')
  let count = 0
  return () => `${process}-${(count++).toString(36)}`
}
