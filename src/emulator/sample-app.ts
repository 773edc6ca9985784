// A small application of the kind that the gateway is for: server-rendered, knows a user from a header and
// nothing of OAuth. `npm run dev` puts it behind the gateway.
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { openViews, viewsFolder } from '../lib/views.js'

/** The sample application, listening. */
export interface SampleApp {
  readonly origin: string
  close(): Promise<void>
}

interface Note {
  readonly author: string
  readonly text: string
  readonly at: string
}

/** Who the proxy in front says it is. The application has nothing else to go by. */
interface Visitor {
  readonly name: string
  readonly email: string
  readonly groups: readonly string[]
}

const maxNotes = 50
const maxFormBytes = 64 * 1024

/** Starts the application. Rejects with EADDRINUSE when the port is taken; 0 is any free port. */
export async function startSampleApp({
  host = 'localhost',
  port = 0,
}: {
  host?: string
  port?: number
} = {}): Promise<SampleApp> {
  const views = openViews(join(viewsFolder, 'emulator', 'sample'), ["'self'"])
  const notes: Note[] = []

  function show(
    response: ServerResponse,
    template: string,
    content: Record<string, unknown>,
  ): void {
    const { html, contentSecurityPolicy } = views(template, content)
    response.writeHead(content.status === undefined ? 200 : Number(content.status), {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': contentSecurityPolicy,
      'cache-control': 'no-store',
    })
    response.end(html)
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url ?? '/', 'http://application')
    const visitor = readVisitor(request)
    const page = { visitor, notes, path: pathname }
    if (pathname === '/public') return show(response, 'public', { ...page, title: 'About' })
    if (pathname === '/admin') return show(response, 'admin', { ...page, title: 'Administration' })
    if (pathname === '/upload' && request.method === 'POST') {
      const upload = await measure(request)
      return show(response, 'upload', { ...page, title: 'Upload', upload })
    }
    if (pathname === '/upload')
      return show(response, 'upload', { ...page, title: 'Upload', upload: null })
    if (pathname === '/notes' && request.method === 'POST') {
      const text = new URLSearchParams(await readForm(request)).get('text')?.trim() ?? ''
      if (text !== '') notes.unshift({ author: visitor.name, text, at: new Date().toISOString() })
      notes.length = Math.min(notes.length, maxNotes)
      response.writeHead(303, { location: '/' }).end()
      return
    }
    if (pathname === '/' || pathname === '/notes')
      return show(response, 'home', { ...page, title: 'Notice board' })
    show(response, 'missing', { ...page, title: 'Not found', status: 404 })
  }

  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy())
  })
  server.listen(port, host)
  await once(server, 'listening')
  return {
    origin: `http://${host}:${(server.address() as AddressInfo).port}`,
    close: () => close(server),
  }
}

function readVisitor({ headers }: IncomingMessage): Visitor {
  const read = (name: string) => Buffer.from(`${headers[name] ?? ''}`, 'latin1').toString('utf8')
  const name = read('x-forwarded-preferred-username') || 'guest'
  return {
    name,
    email: read('x-forwarded-email'),
    groups: read('x-forwarded-groups')
      .split(',')
      .filter(group => group !== ''),
  }
}

/** Size and hash of an upload as it streams by; nothing of it is kept. */
async function measure(request: IncomingMessage): Promise<{ bytes: number; sha256: string }> {
  const hash = createHash('sha256')
  let bytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length
    hash.update(chunk)
  }
  return { bytes, sha256: hash.digest('hex') }
}

async function readForm(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request) {
    text += String(chunk)
    if (text.length > maxFormBytes) throw new RangeError('form too large')
  }
  return text
}

async function close(server: Server): Promise<void> {
  server.closeAllConnections()
  server.close()
  await once(server, 'close')
}
