import { isIPv4 } from 'node:net';
import { isLoopback } from './loopback.ts';

/** Addresses of IPv4 in the form of IPv6, as a socket that takes both has them. */
const MAPPED = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;

export function isLoopbackAddress(address: string): boolean {
  return isLoopback(plain(address));
}

/** What counts as one address: of IPv4 itself, of IPv6 its first 64 bits. */
export function addressKey(address: string): string {
  const text = plain(address);
  return isIPv4(text) ? text : `${networkOf(text)}::/64`;
}

function plain(address: string): string {
  const [withoutZone = ''] = address.split('%', 1);
  return MAPPED.exec(withoutZone)?.[1] ?? withoutZone;
}

/** The first four groups, without leading zeros. */
function networkOf(address: string): string {
  const [head = '', tail] = address.toLowerCase().split('::', 2);
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - before.length - after.length);
  const groups = [...before, ...Array.from({ length: zeros }, () => '0'), ...after];
  return groups
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ''))
    .join(':');
}
