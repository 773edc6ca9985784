import t from 'tap'
import { networkOf } from '../../src/lib/network.js'

t.test('an IPv4 address is one client, of IPv6 the first 64 bits are', async t => {
  const rows: [string, string][] = [
    ['192.0.2.1', '192.0.2.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2::1', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['2001:db8:0:0:ffff::', '2001:db8:0:0::/64'],
    ['2001:0DB8:00:0::1', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['::', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['64:ff9b::192.0.2.33', '64:ff9b:0:0::/64'],
    ['1:2::5:6:192.0.2.33', '1:2:0:0::/64'],
    ['', ''],
    ['nonsense', 'nonsense'],
  ]
  for (const [address, network] of rows) t.equal(networkOf(address), network, address)
})
