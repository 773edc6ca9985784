// Whose forwarding headers are believed. Nobody's, unless the settings name them: a default that trusts everybody
// lets any client choose its address and host (CVE-2026-76835).
import type { IncomingMessage } from 'node:http'
import { BlockList, isIP } from 'node:net'

/** What a connection is to us. */
export interface Peers {
  /** Whether the other end is one of the trusted proxies. */
  isTrusted(request: Pick<IncomingMessage, 'socket'>): boolean
  /**
   * Value of X-Forwarded-For for the application: the address of the client, then the trusted proxies on the way,
   * the nearest last. What stands before the first address that no trusted proxy vouches for is left out.
   */
  forwardedFor(request: Pick<IncomingMessage, 'socket' | 'headers'>): string
  /** The first address of that: the client, as far as anybody vouches for it. */
  clientAddress(request: Pick<IncomingMessage, 'socket' | 'headers'>): string
}

/** Longer chains are made up. */
const maxHops = 20

/** Words for ranges: RFC 1122 section 3.2.1.3, RFC 4291; RFC 1918, RFC 4193. */
const rangesByName: Readonly<Record<string, readonly string[]>> = {
  loopback: ['127.0.0.0/8', '::1'],
  private: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7'],
}

/** Whether a range has a name of its own. */
export function isRangeName(range: string): boolean {
  return Object.hasOwn(rangesByName, range)
}

/** @param ranges  CIDR ranges such as `10.0.0.0/8`, or `loopback` and `private`, checked with the settings; empty: nobody */
export function createPeers(ranges: readonly string[]): Peers {
  const trusted = new BlockList()
  for (const range of ranges.flatMap(named => rangesByName[named] ?? [named])) {
    const { address, bits, family } = parseRange(range)
    trusted.addSubnet(address, bits, family)
  }
  const isTrustedAddress = (address: string) => {
    const family = isIP(address)
    return family !== 0 && trusted.check(address, family === 6 ? 'ipv6' : 'ipv4')
  }
  const addressOf = ({ socket }: Pick<IncomingMessage, 'socket'>) =>
    plain(socket.remoteAddress ?? '')

  function forwardedFor(request: Pick<IncomingMessage, 'socket' | 'headers'>): string {
    const peer = addressOf(request)
    const claimed = request.headers['x-forwarded-for']
    if (ranges.length === 0 || claimed === undefined || !isTrustedAddress(peer)) return peer
    // The nearest stand last: who writes a long chain in front of them must not push them out.
    const hops = String(claimed)
      .split(',')
      .slice(-maxHops)
      .map(hop => plain(hop.trim()))
    const chain = [peer]
    for (const hop of hops.reverse()) {
      if (isIP(hop) === 0) break
      chain.unshift(hop)
      if (!isTrustedAddress(hop)) break
    }
    return chain.join(', ')
  }

  return {
    isTrusted: request => ranges.length > 0 && isTrustedAddress(addressOf(request)),
    forwardedFor,
    clientAddress: request => forwardedFor(request).split(',', 1)[0] ?? '',
  }
}

/**
 * A CIDR range, or one address.
 *
 * @throws RangeError that says what is wrong
 */
export function parseRange(range: string): {
  address: string
  bits: number
  family: 'ipv4' | 'ipv6'
} {
  const [address = '', length, ...more] = range.split('/')
  const version = isIP(address)
  if (version === 0 || more.length > 0) {
    throw new RangeError('expected a range such as 10.0.0.0/8, or loopback, or private')
  }
  const most = version === 6 ? 128 : 32
  const bits = length === undefined ? most : /^\d{1,3}$/.test(length) ? Number(length) : -1
  if (bits < 0 || bits > most)
    throw new RangeError(`expected a length from 1 to ${most} behind the slash`)
  if (bits === 0) {
    throw new RangeError(
      'would trust everybody, and any client could choose its address; name the proxies',
    )
  }
  return { address, bits, family: version === 6 ? 'ipv6' : 'ipv4' }
}

/** IPv4 over a socket for both versions has a prefix: `::ffff:192.0.2.1`. */
function plain(address: string): string {
  return address.startsWith('::ffff:') && address.includes('.') ? address.slice(7) : address
}
