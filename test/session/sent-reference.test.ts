import t from 'tap'
import { isMadeOf, joinPieces, tailOf } from '../../src/session/sent-reference.js'

t.test('pieces make up one reference and no other', async t => {
  for (const sent of ['abcdef', ['abcdef'], ['abc', 'def'], ['a', 'bcde', 'f'], ['abcdef', '']]) {
    t.ok(isMadeOf('abcdef', sent), JSON.stringify(sent))
    t.equal(joinPieces(sent), 'abcdef')
  }
  for (const sent of [
    'abcde',
    'abcdeg',
    ['abc'],
    ['abc', 'de'],
    ['abc', 'defg'],
    ['def', 'abc'],
    [],
  ]) {
    t.notOk(isMadeOf('abcdef', sent), JSON.stringify(sent))
  }
  t.ok(isMadeOf('', []))
})

t.test('the tail is the same, however the reference was cut', async t => {
  for (const sent of ['abcdef', ['abc', 'def'], ['abcde', 'f'], ['abcdef', '']]) {
    t.equal(tailOf(sent, 4), 'cdef', JSON.stringify(sent))
  }
  t.equal(tailOf([], 4), '')
})
