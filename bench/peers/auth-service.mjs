// What nginx asks with auth_request: a small service of its own sealed cookie, as people write it. `/mint?bytes=N` gives
// a cookie of about that size, everything else opens the cookie and says whose it is.
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { createServer } from 'node:http'

const [port] = process.argv.slice(2)
const key = randomBytes(32)

createServer({ maxHeaderSize: 32_768 }, (request, response) => {
  if (request.url.startsWith('/mint')) {
    const bytes = Number(new URL(request.url, 'http://localhost').searchParams.get('bytes'))
    return response.end(
      seal({ email: 'jane@example.com', tokens: 'x'.repeat((bytes * 3) / 4 - 80) }),
    )
  }
  const sealed = /(?:^|; )peer-session=([^;]+)/.exec(request.headers.cookie ?? '')?.[1]
  const session = sealed === undefined ? null : open(sealed)
  if (session === null) response.writeHead(401)
  else response.writeHead(200, { 'X-Auth-Request-Email': session.email })
  response.end()
}).listen(Number(port), '127.0.0.1')

function seal(session) {
  const nonce = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', key, nonce)
  const body = Buffer.concat([cipher.update(JSON.stringify(session)), cipher.final()])
  return Buffer.concat([nonce, body, cipher.getAuthTag()]).toString('base64url')
}

function open(sealed) {
  const bytes = Buffer.from(sealed, 'base64url')
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12))
  decipher.setAuthTag(bytes.subarray(-16))
  try {
    return JSON.parse(Buffer.concat([decipher.update(bytes.subarray(12, -16)), decipher.final()]))
  } catch {
    return null
  }
}
