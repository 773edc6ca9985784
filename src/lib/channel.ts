// Messages between two processes of ours: things told, and questions with a deadline. Only so many questions wait.

/** Either end of a connection between processes. */
export interface Port {
  /** Never throws: to an end that is gone nothing is said. */
  send(message: unknown): void
  listen(listener: (message: unknown) => void): void
}

/** Kinds of messages are words of ours; both ends come from one build, and nobody else can send. */
export interface Channel {
  tell(kind: string, body?: unknown): void
  /** Rejects when the other end fails, is too late, or too much waits already. */
  ask(kind: string, body: unknown, timeoutMs: number): Promise<unknown>
  /** One listener a kind; what it gives is the answer to who asked. */
  on(kind: string, listener: (body: never) => unknown): void
}

interface Message {
  readonly gateway: true
  readonly kind: string
  readonly body?: unknown
  /** Number of a question. */
  readonly ask?: number
  /** Number of the question that this answers. */
  readonly answer?: number
  readonly failed?: string
}

const maxWaiting = 10_000

/** A channel over one end. */
export function createChannel(port: Port): Channel {
  const listeners = new Map<string, (body: never) => unknown>()
  const waiting = new Map<number, (message: Message) => void>()
  let asked = 0

  async function answer({ kind, body, ask }: Message): Promise<void> {
    const listener = listeners.get(kind)
    const head = { gateway: true, kind, answer: ask } as const
    try {
      if (listener === undefined) throw new Error(`nobody answers ${kind}`)
      const answered = await listener(body as never)
      if (ask !== undefined) port.send({ ...head, body: answered })
    } catch (error) {
      if (ask !== undefined) port.send({ ...head, failed: (error as Error).message })
    }
  }

  port.listen(received => {
    const message = received as Message | null
    if (typeof message !== 'object' || message?.gateway !== true) return
    if (message.answer === undefined) void answer(message)
    else waiting.get(message.answer)?.(message)
  })

  return {
    tell: (kind, body) => port.send({ gateway: true, kind, body }),

    ask(kind, body, timeoutMs) {
      if (waiting.size >= maxWaiting) return Promise.reject(new Error(`too many wait for ${kind}`))
      const number = ++asked
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          waiting.delete(number)
          reject(new Error(`no answer to ${kind} in time`))
        }, timeoutMs).unref()
        waiting.set(number, ({ body: answered, failed }) => {
          clearTimeout(timer)
          waiting.delete(number)
          if (failed === undefined) resolve(answered)
          else reject(new Error(failed))
        })
        port.send({ gateway: true, kind, body, ask: number })
      })
    },

    on: (kind, listener) => void listeners.set(kind, listener),
  }
}
