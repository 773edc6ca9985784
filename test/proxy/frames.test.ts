import t from 'tap'
import { closeFrame, Frames } from '../../src/proxy/frames.js'
import { frame, readFrame } from '../fixtures/websocket.js'

t.test('frames of every length end where they end, however they are cut into chunks', async t => {
  for (const length of [0, 1, 125, 126, 65_535, 65_536]) {
    for (const masked of [false, true]) {
      const bytes = Buffer.concat([
        frame(2, Buffer.alloc(length), masked),
        frame(1, 'next', masked),
      ])
      const firstEnds = frame(2, Buffer.alloc(length), masked).length
      const whole = new Frames()
      t.equal(whole.readFrame(bytes, 0), firstEnds, `${length} ${masked}`)
      t.ok(whole.atBoundary)
      const byByte = new Frames()
      const boundaries: number[] = []
      for (let at = 0; at < bytes.length; at++) {
        byByte.readAll(bytes.subarray(at, at + 1))
        if (byByte.atBoundary) boundaries.push(at + 1)
      }
      t.strictSame(boundaries, [firstEnds, bytes.length])
    }
  }
})

t.test('a close frame carries code and reason, unmasked', async t => {
  const found = readFrame(closeFrame(4401, 'session is over'))
  t.equal(found?.opcode, 8)
  t.equal(found?.payload.readUInt16BE(0), 4401)
  t.equal(found?.payload.toString('utf8', 2), 'session is over')
})
