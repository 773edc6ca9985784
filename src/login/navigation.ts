// Which requests may start a login. A login started by an image, a prefetch or a script would only pile
// up transaction cookies and end in a CORS error, so those get a plain 401.

/** The request headers that tell a page navigation from everything else. */
export interface NavigationHeaders {
  readonly 'sec-fetch-mode'?: string | string[] | undefined
  readonly 'sec-fetch-dest'?: string | string[] | undefined
  readonly 'sec-purpose'?: string | string[] | undefined
  readonly purpose?: string | string[] | undefined
  readonly 'x-requested-with'?: string | string[] | undefined
  readonly upgrade?: string | string[] | undefined
  readonly accept?: string | string[] | undefined
}

/**
 * Whether a request is somebody opening a page in a tab.
 *
 * Fetch Metadata decides where the browser sends it (W3C Fetch Metadata section 2); else
 * `X-Requested-With`, else an Accept header that names HTML.
 */
export function isNavigation(method: string | undefined, headers: NavigationHeaders): boolean {
  if (method !== 'GET' && method !== 'HEAD') return false
  if (headers.upgrade !== undefined) return false
  if (`${headers['sec-purpose'] ?? headers.purpose ?? ''}`.includes('prefetch')) return false
  const mode = headers['sec-fetch-mode']
  if (mode !== undefined) return mode === 'navigate' && isDocument(headers['sec-fetch-dest'])
  if (headers['x-requested-with'] !== undefined) return false
  return acceptsHtml(headers.accept)
}

/** Whether an Accept header names HTML, as every browser's does for pages. */
export function acceptsHtml(accept: string | string[] | undefined): boolean {
  return `${accept ?? ''}`.includes('text/html')
}

/** A frame is no place for a login: the hosted UI refuses to be framed. */
function isDocument(destination: string | string[] | undefined): boolean {
  return destination === undefined || destination === 'document'
}
