// cognito-gateway health: for containers, whose health check is a command.
import { Agent, request } from '../lib/undici.js'

const timeoutMs = 2000

/** Exit status 0 when the process on this machine answers, else 1. @param port  of the admin listener */
export async function health({ url }: { url: string }): Promise<number> {
  try {
    const dispatcher = new Agent({ connectTimeout: timeoutMs })
    const options = {
      method: 'GET',
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
      dispatcher,
    } as const
    const { statusCode, body } = await request(url, options)
    await body.dump()
    await dispatcher.close()
    process.stdout.write(`${url} answers ${statusCode}\n`)
    return statusCode === 200 ? 0 : 1
  } catch (error) {
    process.stderr.write(`${url}: ${(error as Error).message || 'no answer'}\n`)
    return 1
  }
}
