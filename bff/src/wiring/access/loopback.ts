import { BlockList, isIP } from 'node:net';

const WORDS = ['localhost', 'loopback', 'network'];

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/** Docker Compose writes an IPv6 address in brackets. */
const withoutBrackets = (text: string): string => {
  const inner = text.startsWith('[') && text.endsWith(']') ? text.slice(1, -1) : text;
  return isIP(inner) === 6 ? inner : text;
};

/** Whether the text is a valid PUBLISHED_ON: an address, or one of WORDS. */
export const isValidPublishedOn = (text: string): boolean =>
  WORDS.includes(text) || isIP(withoutBrackets(text)) !== 0;

/** Whether a port with this PUBLISHED_ON is only reachable from the same machine. */
export const isLoopback = (place: string): boolean => {
  const address = withoutBrackets(place);
  if (isIP(address) === 0) return place === 'localhost' || place === 'loopback';
  return loopback.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
};
