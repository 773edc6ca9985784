// A small application of the kind that the gateway is for: server-rendered, knows a person from headers and
// nothing of OAuth. `npm run dev` puts it behind the gateway.
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { openViews, viewsFolder } from '../lib/views.js'
import { FormTooLarge, readForm } from './sample/form.js'
import { measureUpload } from './sample/upload.js'
import { readVisitor, type Visitor } from './sample/visitor.js'

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

/** A page to show, or a Location to go to after a form. */
type Answer = Shown | { readonly seeOther: string }

interface Shown {
  readonly template: string
  readonly status?: number
  readonly content: Readonly<Record<string, unknown>>
}

interface Call {
  readonly request: IncomingMessage
  readonly visitor: Visitor
}

const maxNotes = 50
const maxNoteLength = 2000
const missing = show('missing', { title: 'Not found' }, 404)

/** Starts the application. Rejects with EADDRINUSE when the port is taken; 0 is any free port. */
export async function startSampleApp({
  host = 'localhost',
  port = 0,
}: {
  host?: string
  port?: number
} = {}): Promise<SampleApp> {
  const views = openViews(join(viewsFolder, 'emulator', 'sample'), { formAction: ["'self'"] })
  const answers = pages()

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url ?? '/', 'http://application')
    const visitor = readVisitor(request.headers)
    const answer = await judge({ request, visitor }, pathname)
    if ('seeOther' in answer) {
      response.writeHead(303, { location: answer.seeOther }).end()
      return
    }
    const { template, status = 200, content } = answer
    const { html, contentSecurityPolicy } = views(template, { visitor, path: pathname, ...content })
    response.writeHead(status, {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': contentSecurityPolicy,
      'cache-control': 'no-store',
    })
    response.end(html)
  }

  async function judge(call: Call, pathname: string): Promise<Answer> {
    const method = call.request.method === 'HEAD' ? 'GET' : call.request.method
    const page = answers.get(`${method} ${pathname}`)
    if (page === undefined) return missing
    try {
      return await page(call)
    } catch (error) {
      if (error instanceof FormTooLarge) {
        return show('missing', { title: 'That was too long' }, 413)
      }
      throw error
    }
  }

  const server = createServer((request, response) => {
    // What is left to fail is a client that went away in the middle.
    serve(request, response).catch(() => response.destroy())
  })
  server.listen(port, host)
  await once(server, 'listening')
  return {
    origin: `http://${host}:${(server.address() as AddressInfo).port}`,
    close: () => close(server),
  }
}

/** All pages by method and path. Who may see which is the gateway's business. */
function pages(): Map<string, (call: Call) => Answer | Promise<Answer>> {
  const notes: Note[] = []
  return new Map<string, (call: Call) => Answer | Promise<Answer>>([
    ['GET /', () => show('home', { title: 'Notes', notes, maxNoteLength })],
    [
      'POST /notes',
      async ({ request, visitor }) => {
        const text = ((await readForm(request)).get('text') ?? '').trim().slice(0, maxNoteLength)
        const author = visitor.name ?? 'somebody'
        if (text !== '') notes.unshift({ author, text, at: new Date().toISOString() })
        notes.length = Math.min(notes.length, maxNotes)
        return { seeOther: '/' }
      },
    ],
    ['GET /upload', () => show('upload', { title: 'Upload', upload: null, failed: false })],
    [
      'POST /upload',
      async ({ request }) => {
        const upload = await measureUpload(request, request.headers['content-type'])
        const [failed, status] = upload === null ? [true, 400] : [false, 200]
        return show('upload', { title: 'Upload', upload, failed }, status)
      },
    ],
    ['GET /admin', () => show('admin', { title: 'Administration', notes })],
    [
      'POST /admin/clear',
      () => {
        notes.length = 0
        return { seeOther: '/admin' }
      },
    ],
    ['GET /public', () => show('public', { title: 'About' })],
  ])
}

function show(template: string, content: Shown['content'], status = 200): Shown {
  return { template, status, content }
}

async function close(server: Server): Promise<void> {
  server.close()
  server.closeAllConnections()
  await once(server, 'close')
}
