// TLS of what the gateway asks AWS.

/**
 * For every client of an AWS SDK. Said out loud: NODE_TLS_REJECT_UNAUTHORIZED=0, set for another program, would switch the
 * check off.
 */
export const checkedTls = {
  requestHandler: { httpsAgent: { rejectUnauthorized: true } },
} as const
