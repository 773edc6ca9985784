// One of several processes at the same port. Everything that all of them have to know goes through the primary.
import cluster from 'node:cluster'
import { loadConfig } from '../../config.js'
import { type Channel, createChannel, type Port } from '../../lib/channel.js'
import { systemClock } from '../../lib/system-clock.js'
import { openLog } from '../../log.js'
import { createLasting } from '../../services/lasting.js'
import type { Siblings } from '../../services/store.js'
import type { Ending } from '../../session/ended.js'
import { type Left, maxTurnWaitMs } from '../../session/turns.js'
import { type Gateway, openGateway } from '../gateway.js'
import { installLastResort } from '../last-resort.js'
import { portNames } from '../serve.js'
import { type Start, type Started, words } from './orders.js'

/** A little longer than the primary lets anybody wait. */
const turnTimeoutMs = maxTurnWaitMs + 1000

/** Waits for the primary's word, and serves until the primary says so or is gone. */
export function work(): void {
  // Signals go to a whole group of processes; what they mean is the primary's to say.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {})
  const channel = createChannel(toPrimary())
  channel.on(words.start, async (order: Start): Promise<Started> => {
    try {
      await begin(channel, order)
      return { ok: true }
    } catch (error) {
      return { ok: false, message: (error as Error).message }
    }
  })
  channel.tell(words.here)
}

async function begin(channel: Channel, { tree, slot, endings, fd }: Start): Promise<void> {
  const config = loadConfig({ env: {}, base: tree })
  const log = (await openLog(config.log.level)).child({ worker: slot })
  installLastResort(log)
  const lasting = createLasting(systemClock, siblingsBy(channel))
  const hear = (news: readonly Ending[]) => {
    for (const ending of news) {
      lasting.sessions.heard.add(ending)
      if ('id' in ending) lasting.endings.tell(ending.id)
    }
  }
  channel.on(words.ending, hear)
  hear(endings)
  channel.on(words.figures, async () => {
    await lasting.metrics.freshen()
    return lasting.metrics.read()
  })
  const gateway = await openGateway(config, log, lasting, { setting: portNames.port, fd })
  channel.on(words.reopenAudit, () => gateway.reopenAudit())
  channel.on(words.checks, () => gateway.checkReadiness())
  const end = async (how: (gateway: Gateway) => Promise<boolean>) => {
    const whole = await how(gateway).catch(error => {
      log.error({ err: error }, 'a worker did not end well')
      return false
    })
    channel.tell(words.bye, lasting.metrics.read())
    // What was said before arrives first.
    process.once('disconnect', () => process.exit(whole ? 0 : 1))
    cluster.worker?.disconnect()
  }
  channel.on(words.leave, (lingerMs: number) => end(one => one.leave(lingerMs)))
  channel.on(words.stop, (delayMs: number) => end(one => one.stop(delayMs)))
}

function siblingsBy(channel: Channel): Siblings {
  return {
    tellEnding: ending => channel.tell(words.ending, [ending]),
    async takeTurn(id) {
      const { turn, left } = (await channel.ask(words.turn, id, turnTimeoutMs)) as {
        turn: number
        left: Left | null
      }
      return { left, over: fresh => channel.tell(words.turnOver, { turn, left: fresh }) }
    },
  }
}

function toPrimary(): Port {
  return {
    send: message => {
      if (process.connected) process.send?.(message, undefined, undefined, () => {})
    },
    listen: listener => void process.on('message', listener),
  }
}
