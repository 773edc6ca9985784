// Why a port could not be listened on, and what changes it.

/** The same failure in words. @param setting  option or variable that names the port */
export function explainListen(error: unknown, host: string, port: number, setting: string): Error {
  return new Error(describe(error as NodeJS.ErrnoException, host, port, setting), { cause: error })
}

function describe(
  { code, message }: NodeJS.ErrnoException,
  host: string,
  port: number,
  setting: string,
): string {
  if (code === 'EADDRINUSE') {
    return `port ${port} is taken by another program; stop that one, or choose another port with ${setting}`
  }
  if (code === 'EACCES') {
    return `port ${port} needs privileges; choose one above 1023 with ${setting}`
  }
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
    return `${host} is no address of this machine; port ${port} (${setting}) cannot be opened there`
  }
  return message
}

/** Listens, or fails in words. */
export async function listenOr<T>(
  { host, port }: { readonly host: string; readonly port: number },
  setting: string,
  listen: (place: { host: string; port: number }) => Promise<T>,
): Promise<T> {
  try {
    return await listen({ host, port })
  } catch (error) {
    throw explainListen(error, host, port, setting)
  }
}
