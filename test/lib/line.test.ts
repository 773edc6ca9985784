import t from 'tap'
import { type InLine, Line, notInLine } from '../../src/lib/line.js'

interface One extends InLine<One> {
  readonly name: string
}

const names = (line: Line<One>) => [...line].map(({ name }) => name).join('')
const some = (text: string): One[] => [...text].map(name => ({ name, ...notInLine }))

t.test('members stand in the order in which they came, whoever leaves', async t => {
  for (const leaving of ['', 'a', 'b', 'd', 'ab', 'cd', 'ad', 'bc', 'dcba', 'abcd']) {
    const line = new Line<One>()
    const all = some('abcd')
    for (const one of all) line.add(one)
    for (const name of leaving) {
      const one = all.find(other => other.name === name)
      if (one) line.delete(one)
    }
    const left = [...'abcd'].filter(name => !leaving.includes(name)).join('')
    t.equal(names(line), left, `without ${leaving}`)
    t.equal(line.size, left.length)
    for (const one of all) t.equal(one.isInLine, left.includes(one.name))
    const [late] = some('e')
    if (late) line.add(late)
    t.equal(names(line), `${left}e`)
  }
})

t.test('who has left leads to nobody, and can leave again or come back', async t => {
  const line = new Line<One>()
  const [a, b] = some('ab') as [One, One]
  line.add(a)
  line.add(b)
  line.delete(a)
  t.match(a, { before: null, after: null })
  line.delete(a)
  t.equal(line.size, 1)
  line.add(a)
  t.equal(names(line), 'ba')
})

t.test('members may leave while they are gone through', async t => {
  const line = new Line<One>()
  for (const one of some('abc')) line.add(one)
  const met: string[] = []
  for (const one of line) {
    met.push(one.name)
    line.delete(one)
  }
  t.equal(met.join(''), 'abc')
  t.equal(line.size, 0)
})
