// Which addresses count as one client: an IPv4 address, or the network that an IPv6 provider gives one customer.
import { isIP } from 'node:net'

/** The address itself, or the first 64 bits of an IPv6 address as `2001:db8:0:1::/64`. */
export function networkOf(address: string): string {
  if (isIP(address) !== 6) return address
  const [left = '', right] = (address.split('%')[0] ?? '').split('::')
  const before = groupsOf(left)
  const after = groupsOf(right ?? '')
  // Dotted ends are two groups, and never among the first four.
  const written = before.length + after.length + (address.includes('.') ? 1 : 0)
  const zeros = Array.from({ length: Math.max(0, 8 - written) }, () => '0')
  const groups = right === undefined ? before : [...before, ...zeros, ...after]
  const first = groups.slice(0, 4).map(group => Number.parseInt(group, 16).toString(16))
  return `${first.join(':')}::/64`
}

function groupsOf(text: string): string[] {
  return text === '' ? [] : text.split(':')
}
