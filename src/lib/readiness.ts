// What has to be there before somebody can be served.

/** One thing without which the gateway cannot serve. Throws or rejects while it is missing. */
export interface ReadinessCheck {
  readonly name: string
  readonly check: () => void | Promise<void>
}

/** What a check said. */
export interface CheckResult {
  readonly name: string
  readonly ok: boolean
}

const checkTimeoutMs = 2000

/** What each check says; a late one is a failed one. */
export function runChecks(checks: readonly ReadinessCheck[]): Promise<readonly CheckResult[]> {
  return Promise.all(checks.map(run))
}

async function run({ name, check }: ReadinessCheck): Promise<CheckResult> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(reject, checkTimeoutMs, new Error('too slow'))
  })
  try {
    await Promise.race([check(), late])
    return { name, ok: true }
  } catch {
    return { name, ok: false }
  } finally {
    clearTimeout(timer)
  }
}
