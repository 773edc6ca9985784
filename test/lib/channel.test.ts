import { EventEmitter, once } from 'node:events'
import t from 'tap'
import { type Channel, createChannel } from '../../src/lib/channel.js'

/** Two ends, in one process. */
function pair(): [Channel, Channel] {
  const [one, other] = [new EventEmitter(), new EventEmitter()]
  const end = (from: EventEmitter, to: EventEmitter) =>
    createChannel({
      send: message => void setImmediate(() => to.emit('message', structuredClone(message))),
      listen: listener => void from.on('message', listener),
    })
  return [end(one, other), end(other, one)]
}

t.test('what is told is heard, what is asked is answered', async t => {
  const [one, other] = pair()
  const heard = new EventEmitter()
  other.on('news', (body: string) => void heard.emit('news', body))
  other.on('double', async (n: number) => n * 2)
  one.tell('news', 'rain')
  t.strictSame(await once(heard, 'news'), ['rain'])
  t.strictSame(await Promise.all([one.ask('double', 2, 1000), one.ask('double', 4, 1000)]), [4, 8])
})

t.test('an answer that is none rejects', async t => {
  const [one, other] = pair()
  other.on('fail', () => {
    throw new Error('cannot')
  })
  other.on('never', () => new Promise(() => {}))
  await t.rejects(one.ask('fail', null, 1000), /cannot/)
  await t.rejects(one.ask('unknown', null, 1000), /nobody answers unknown/)
  const keepsAwake = setInterval(() => {}, 1000)
  await t.rejects(one.ask('never', null, 1), /no answer to never in time/)
  clearInterval(keepsAwake)
})
