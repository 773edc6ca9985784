import t from 'tap'
import { rememberByName, withoutNominated } from '../../src/proxy/hop-by-hop.js'

t.test('what Connection nominates goes, in any case, and nothing else', async t => {
  const headers = ['X-One', '1', 'x-two', '2', 'X-Three', '3', 'Content-Length', '5', 'X-ONE', '4']
  const rows: [string, string[]][] = [
    ['close', headers],
    ['Keep-Alive', headers],
    ['', headers],
    [' , ,', headers],
    ['close, x-one', ['x-two', '2', 'X-Three', '3', 'Content-Length', '5']],
    ['X-TWO , X-Three', ['X-One', '1', 'Content-Length', '5', 'X-ONE', '4']],
    ['content-length', headers],
    ['x-on, x-one-, one', headers],
  ]
  for (const [nominated, expected] of rows) {
    t.strictSame(withoutNominated(headers, nominated), expected, nominated)
  }
})

t.test('a name that came before is not judged again', async t => {
  const judged: string[] = []
  const verdictOf = rememberByName(name => {
    judged.push(name)
    return name.length
  })
  t.equal(verdictOf('Accept'), 6)
  t.equal(verdictOf('Accept'), 6)
  t.equal(verdictOf('accept'), 6)
  t.strictSame(judged, ['Accept', 'accept'])
})

t.test('a flood of odd names neither fills the memory nor shuts it for the usual ones', async t => {
  let judged = 0
  const verdictOf = rememberByName(() => {
    judged++
    return true
  })
  for (let n = 0; n < 5000; n++) verdictOf(`X-Flood-${n}`)
  judged = 0
  verdictOf('Accept')
  verdictOf('Accept')
  t.equal(judged, 1, 'remembered after the flood')
  const long = `X-${'long'.repeat(100)}`
  verdictOf(long)
  verdictOf(long)
  t.equal(judged, 3, 'a long name is judged each time')
})
