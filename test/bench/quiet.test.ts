import t from 'tap'
import { countedText, fastestProbe, undisturbed } from '../../bench/lib/quiet.js'

const probed = (...ms: number[]) => ms.map((probeMs, number) => ({ number, probeMs }))
const numbersOf = (all: readonly { number: number }[]) => all.map(({ number }) => number).sort()

t.test('what was measured while the core was shared does not count', async t => {
  const all = probed(5, 9, 6.5, 5.2)
  t.strictSame(numbersOf(undisturbed(all, fastestProbe(all))), [0, 2, 3], 'up to 1.3 of the least')
  t.strictSame(numbersOf(undisturbed(all, 20)), [0, 1, 2, 3], 'all, where it was never its own')
})

t.test('never fewer than the quieter half counts', async t => {
  t.strictSame(numbersOf(undisturbed(probed(9, 8, 7), 5)), [1, 2])
  t.strictSame(numbersOf(undisturbed(probed(9, 8, 7, 6), 5)), [2, 3])
  t.strictSame(numbersOf(undisturbed(probed(9), 5)), [0])
  t.strictSame(undisturbed([], 5), [])
})

t.test('what counts does not depend on what was found', async t => {
  const found = [
    { requests: 1, probeMs: 5 },
    { requests: 9, probeMs: 9 },
    { requests: 5, probeMs: 5 },
  ]
  t.strictSame(
    undisturbed(found, 5).map(({ requests }) => requests),
    [1, 5],
  )
})

t.test('a table says how many count, and that some do without being quiet', async t => {
  t.equal(countedText(probed(5, 5, 6, 9), 5), '3 of 4')
  t.equal(countedText(probed(5, 8, 8, 9), 5), '2 of 4, 1 of them quiet')
  t.equal(countedText(probed(8, 9), 5), '1 of 2, 0 of them quiet')
})
