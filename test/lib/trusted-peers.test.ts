import t from 'tap'
import { createPeers, parseRange } from '../../src/lib/trusted-peers.js'

const from = (remoteAddress: string, forwarded?: string) =>
  ({
    socket: { remoteAddress },
    headers: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded },
  }) as never

t.test('nobody is trusted, unless named', async t => {
  const nobody = createPeers([])
  const some = createPeers(['10.0.0.0/8', '2001:db8::/32', '192.0.2.7'])
  const rows: [string, boolean][] = [
    ['10.1.2.3', true],
    ['::ffff:10.1.2.3', true],
    ['11.0.0.1', false],
    ['192.0.2.7', true],
    ['192.0.2.8', false],
    ['2001:db8::1', true],
    ['2001:db9::1', false],
    ['', false],
  ]
  for (const [address, trusted] of rows) {
    t.equal(some.isTrusted(from(address)), trusted, address)
    t.equal(nobody.isTrusted(from(address)), false, address)
  }
})

t.test('the chain of addresses begins where the last trusted proxy got it from', async t => {
  const peers = createPeers(['10.0.0.0/8'])
  const rows: [peer: string, claimed: string | undefined, expected: string][] = [
    ['203.0.113.9', undefined, '203.0.113.9'],
    ['::ffff:203.0.113.9', undefined, '203.0.113.9'],
    ['203.0.113.9', '10.0.0.1', '203.0.113.9'],
    ['10.0.0.1', undefined, '10.0.0.1'],
    ['10.0.0.1', '203.0.113.9', '203.0.113.9, 10.0.0.1'],
    ['10.0.0.1', '6.6.6.6, 203.0.113.9', '203.0.113.9, 10.0.0.1'],
    ['10.0.0.1', '203.0.113.9, 10.0.0.2', '203.0.113.9, 10.0.0.2, 10.0.0.1'],
    ['10.0.0.1', '10.0.0.3,10.0.0.2', '10.0.0.3, 10.0.0.2, 10.0.0.1'],
    ['10.0.0.1', 'unknown, 10.0.0.2', '10.0.0.2, 10.0.0.1'],
    ['10.0.0.1', '203.0.113.9, <script>', '10.0.0.1'],
    ['10.0.0.1', '', '10.0.0.1'],
    ['10.0.0.1', `${'6.6.6.6, '.repeat(40)}203.0.113.9`, '203.0.113.9, 10.0.0.1'],
  ]
  for (const [peer, claimed, expected] of rows) {
    t.equal(peers.forwardedFor(from(peer, claimed)), expected, `${peer} says ${claimed}`)
  }
})

t.test('a range that is none, or everybody, is refused with the reason', async t => {
  for (const range of ['10.0.0.0/8', '10.1.2.3', '::1', '2001:db8::/32', '10.0.0.0/32']) {
    t.doesNotThrow(() => parseRange(range), range)
  }
  const rows: [string, RegExp][] = [
    ['0.0.0.0/0', /trust everybody/],
    ['::/0', /trust everybody/],
    ['10.0.0.0/33', /from 1 to 32/],
    ['10.0.0.0/x', /from 1 to 32/],
    ['::1/129', /from 1 to 128/],
    ['proxy.internal', /such as 10\.0\.0\.0\/8/],
    ['10.0.0/8', /such as/],
    ['10.0.0.0/8/8', /such as/],
  ]
  for (const [range, expected] of rows)
    t.throws(() => parseRange(range), { message: expected }, range)
})

t.test('loopback and private stand for ranges', async t => {
  const peers = createPeers(['loopback', 'private'])
  const trusts = (remoteAddress: string) => peers.isTrusted({ socket: { remoteAddress } } as never)
  for (const address of ['127.0.0.2', '::1', '10.1.2.3', '172.31.0.1', '192.168.9.9', 'fd00::1']) {
    t.ok(trusts(address), address)
    t.notOk(createPeers([]).isTrusted({ socket: { remoteAddress: address } } as never), address)
  }
  for (const address of ['172.32.0.1', '192.169.0.1', '203.0.113.1', '2001:db8::1', '::2']) {
    t.notOk(trusts(address), address)
  }
})
