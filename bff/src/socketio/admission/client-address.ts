import type { IncomingMessage } from 'node:http';
import { isIP, isIPv6 } from 'node:net';
import proxyAddr from 'proxy-addr';

const RANGE_NAMES = ['loopback', 'linklocal', 'uniquelocal'];
const MAX_PROXIES = 20;

type Trust = (address: string, index: number) => boolean;

/** Whether `text` is a proxy count, or a list of addresses, CIDR ranges and range names. */
export const isTrustedProxies = (text: string): boolean =>
  /^\d+$/.test(text) ? Number(text) <= MAX_PROXIES : listOf(text).every(isAddressOrRange);

const listOf = (text: string): string[] => text.split(',').map((part) => part.trim());

function isAddressOrRange(text: string): boolean {
  if (RANGE_NAMES.includes(text)) return true;
  const [address = '', bits, ...more] = text.split('/');
  const version = isIP(address);
  if (version === 0 || more.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128));
}

export interface ClientAddresses {
  /**
   * Follows X-Forwarded-For from this server back through the trusted proxies, and returns the first address that isn't
   * one of them. Ignores all earlier entries, since the client could have forged them.
   */
  of(request: IncomingMessage): string;
  /**
   * Whether this machine or a trusted proxy itself sent the request. An address from a header never counts as this
   * machine. If only a proxy count is configured, no proxies are recognized.
   */
  isExempt(request: IncomingMessage): boolean;
}

const isLoopback = proxyAddr.compile(['loopback']);

/** @param trustedProxies text accepted by `isTrustedProxies` */
export function createClientAddresses(trustedProxies: string): ClientAddresses {
  const count = /^\d+$/.test(trustedProxies) ? Number(trustedProxies) : undefined;
  const isListed = count === undefined ? proxyAddr.compile(listOf(trustedProxies)) : undefined;
  const isTrusted: Trust = isListed ?? ((_address, index) => index < (count ?? 0));
  const trust: Trust = (address, index) => isTrusted(withoutPort(address), index);
  const nearest = (request: IncomingMessage): string | undefined => {
    // Undefined once the connection is closed.
    const address = proxyAddr(request, trust) as string | undefined;
    return address === undefined ? undefined : withoutPort(address);
  };
  return {
    of: (request) => groupOf(nearest(request)),
    isExempt(request) {
      const address = nearest(request);
      // No address means that the connection is already closed.
      if (address === undefined) return false;
      return (
        (isListed?.(address, 0) ?? false) ||
        (address === request.socket.remoteAddress && isLoopback(address, 0))
      );
    },
  };
}

/**
 * Removes the client's port, which some proxies also forward. Otherwise, each connection would count as a separate
 * address.
 */
function withoutPort(address: string): string {
  const match = /^\[(.*)\](?::\d+)?$/.exec(address) ?? /^(\d+\.\d+\.\d+\.\d+):\d+$/.exec(address);
  return match?.[1] ?? address;
}

/** Reduces an IPv6 address to its /64 network. A single host can own the whole network, so it counts as one address. */
export function groupOf(address: string | undefined): string {
  if (address === undefined) return '';
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
  if (mapped?.[1]) return mapped[1];
  if (!isIPv6(address)) return address;
  const [front = '', back] = (address.split('%')[0] ?? '').split('::');
  const groups = front === '' ? [] : front.split(':');
  const last = back ? back.split(':') : [];
  if (back !== undefined) while (groups.length + last.length < 8) groups.push('0');
  return [...groups, ...last]
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':');
}
