// Answers what Node's parser refused before there was a request: bad framing, a head too large or too
// slow. There is nothing to judge by, so the answer is a page and the connection is closed.
import { randomUUID } from 'node:crypto'
import { type IncomingMessage, STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { type ErrorCode, errorTable } from '../errors.js'
import { hstsHeaders } from '../lib/hsts.js'
import type { Log } from '../log.js'
import type { Pages } from '../pages/pages.js'

/** What is not here breaks the rules of HTTP. */
const codes: Readonly<Record<string, ErrorCode>> = {
  HPE_HEADER_OVERFLOW: 'GW_ERR_HEADERS_TOO_LARGE',
  ERR_HTTP_REQUEST_TIMEOUT: 'GW_ERR_UPLOAD_TIMEOUT',
}

interface Answering {
  readonly pages: Pages
  /** Seconds of Strict-Transport-Security. */
  readonly hsts: number | undefined
  readonly log: Pick<Log, 'info'>
}

/** Writes the answer onto the socket, once, and ends it. */
export function answerBrokenRequest({ pages, hsts, log }: Answering) {
  return (error: Error & { code?: string }, socket: Socket): void => {
    if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy()
    const code = codes[error.code ?? ''] ?? 'GW_ERR_REQUEST_INVALID'
    const id = randomUUID()
    log.info({ id, error: code, reason: error.code }, 'request refused')
    if (isAnswering(socket)) socket.destroy()
    else socket.end(render(pages, hsts, code, id))
  }
}

/** CONNECT asks for a tunnel to anywhere. Node closes the connection without a word when nobody listens. */
export function refuseConnect({ pages, hsts, log }: Answering) {
  return (_request: IncomingMessage, socket: Duplex): void => {
    const [id, code] = [randomUUID(), 'GW_ERR_METHOD_REFUSED'] as const
    log.info({ id, error: code, method: 'CONNECT' }, 'request refused')
    socket.on('error', () => socket.destroy())
    socket.end(render(pages, hsts, code, id))
  }
}

/** While an answer is being written, a second one would be taken for a part of it. */
function isAnswering(socket: Socket): boolean {
  return Boolean((socket as Socket & { _httpMessage?: unknown })._httpMessage)
}

function render(pages: Pages, hsts: number | undefined, code: ErrorCode, id: string): string {
  const { status } = errorTable[code]
  const nothing = { detail: undefined, detailLink: undefined, retry: null, signIn: null }
  const facts = { ...nothing, code, id, otherAccount: null, home: true, framed: false }
  // There is no telling which language somebody reads whose request cannot be read.
  const { html, headers: ofPage } = pages.render('error', 'en', facts)
  const headers = {
    ...ofPage,
    ...hstsHeaders(hsts),
    'content-length': String(Buffer.byteLength(html)),
    connection: 'close',
  }
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  return `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${html}`
}
