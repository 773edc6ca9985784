import t from 'tap'
import { createClockWatch } from '../../src/cognito/clock-watch.js'

t.test('a difference that matters is said with its size, direction and remedy', async t => {
  const rows: [issuedAt: number, said: RegExp | null][] = [
    [1000, null],
    [985, null],
    [1015, null],
    [984, /16 s ahead of Cognito's: let NTP/],
    [1045, /45 s behind Cognito's/],
  ]
  for (const [issuedAt, said] of rows) {
    const lines: string[] = []
    const log = { warn: (_fields: object, text: string) => void lines.push(text) } as never
    createClockWatch({ clock: () => 1000, sometimes: say => say(0), log })(issuedAt)
    t.equal(lines.length, said === null ? 0 : 1, `${issuedAt}`)
    if (said !== null) t.match(lines[0], said)
  }
})
