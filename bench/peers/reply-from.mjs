// A plain proxy on @fastify/reply-from as its README shows it: no login, everything forwarded.
import replyFrom from '@fastify/reply-from'
import { fastify } from 'fastify'

const [port, upstream] = process.argv.slice(2)
const app = fastify({ logger: false })
await app.register(replyFrom, { base: upstream, undici: { connections: 128, pipelining: 1 } })
app.all('/*', (_request, reply) => reply.from())
await app.listen({ port: Number(port), host: '127.0.0.1' })
