// What openid-client and the keys' reader see of an answer is what fetch would have shown them.
import t from 'tap'
import { isAnswer, WholeAnswer } from '../../src/cognito/answer.js'
import '../../src/cognito/call.js'

const lines = (...texts: string[]) => texts.map(text => Buffer.from(text, 'latin1'))
const answer = (body: string | Buffer, ...headers: string[]) =>
  new WholeAnswer(200, lines(...headers), Buffer.from(body as string))

t.test('a body is read as fetch reads it, whichever way', async t => {
  const rows: [string, string | Buffer][] = [
    ['JSON', '{"a":"é"}'],
    ['a byte order mark is no part of the text', '\ufeff{"a":"é"}'],
  ]
  for (const [why, body] of rows) {
    const fetched = () => new Response(body)
    t.same(await answer(body).json(), await fetched().json(), why)
    t.equal(await answer(body).text(), await fetched().text(), why)
    t.same(await answer(body).arrayBuffer(), await fetched().arrayBuffer(), why)
  }
  const broken = Buffer.from([0x22, 0xff, 0x22])
  t.equal(await answer(broken).text(), await new Response(broken).text(), 'no UTF-8')
  t.equal(await answer('').text(), '')
  await t.rejects(answer('').json(), SyntaxError)
  await t.rejects(answer('<html>').json(), SyntaxError)
})

t.test('the bytes it gives are its own, whatever they were cut from', async t => {
  const packet = Buffer.from('head{"keys":[]}')
  const bytes = await new WholeAnswer(200, [], packet.subarray(4)).arrayBuffer()
  t.equal(bytes.byteLength, 11)
  packet.fill(0)
  t.equal(Buffer.from(bytes).toString(), '{"keys":[]}')
})

t.test('a body is read once; a clone is read beside it', async t => {
  const once = answer('{"error":"invalid_grant"}')
  t.equal(once.bodyUsed, false)
  t.same(await once.clone().json(), { error: 'invalid_grant' })
  t.equal(once.bodyUsed, false)
  t.same(await once.json(), { error: 'invalid_grant' })
  t.equal(once.bodyUsed, true)
  await t.rejects(once.json(), TypeError)
  await t.rejects(once.text(), TypeError)
  await t.rejects(once.arrayBuffer(), TypeError)
  t.throws(() => once.clone(), TypeError)
})

t.test('lines of the head, by whatever case, and those that come twice', async t => {
  const { headers } = answer('', 'Retry-After', '7', 'X-Twice', 'a', 'x-twice', 'b')
  t.equal(headers.get('retry-after'), '7')
  t.equal(headers.get('X-TWICE'), 'a, b')
  t.equal(headers.get('location'), null)
})

t.test('an answer is told from everything else that hangs on an error', async t => {
  t.ok(isAnswer(answer('')))
  t.ok(isAnswer(new Response('')))
  t.equal(Object.prototype.toString.call(answer('')), '[object Response]')
  for (const other of [undefined, null, {}, new Error('x'), { status: 200 }])
    t.notOk(isAnswer(other))
})
