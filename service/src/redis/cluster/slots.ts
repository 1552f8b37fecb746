import type { RedisAddress } from '../target.ts';

const SLOTS = 16_384;

export interface SlotRange {
  from: number;
  to: number;
  master: RedisAddress;
}

/**
 * A key's slot in a Redis Cluster: CRC16 of the text in the key's first braces, or of the whole key if there is no such
 * text.
 */
export function slotOf(key: string): number {
  const open = key.indexOf('{');
  const close = open < 0 ? -1 : key.indexOf('}', open + 1);
  return crc16(Buffer.from(close > open + 1 ? key.slice(open + 1, close) : key)) % SLOTS;
}

/** CRC16 with the XMODEM polynomial, as in the Redis Cluster specification. */
function crc16(bytes: Uint8Array): number {
  let crc = 0;
  for (const byte of bytes) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1) & 0xffff;
  }
  return crc;
}

/** Parses the reply to CLUSTER SLOTS. If a node reports no host, uses the host of `queried`. */
export const slotRangesOf = (reply: readonly SlotsReply[], queried: RedisAddress): SlotRange[] =>
  reply.map(([from, to, [host, port]]) => ({
    ...{ from, to },
    master: { host: host && host !== '?' ? host : queried.host, port },
  }));

export type SlotsReply = [from: number, to: number, master: [host: string | null, port: number]];

const KEYLESS_COMMANDS = new Set(['ACL', 'CLUSTER', 'CONFIG', 'INFO', 'PING', 'PUBSUB', 'TIME', 'WAIT']);
const KEYLESS_METHODS = new Set([
  ...['configGet', 'info', 'pSubscribe', 'ping', 'publish', 'sPublish', 'sSubscribe', 'scan'],
  ...['subscribe', 'time'],
]);

/** The key in a node-redis method's arguments, or `undefined` if any master can handle the call. */
export function keyOf(name: string, [first]: readonly unknown[]): string | undefined {
  if (KEYLESS_METHODS.has(name)) return undefined;
  if (name === 'sendCommand') {
    const [command = '', key] = first as string[];
    return KEYLESS_COMMANDS.has(command.toUpperCase()) ? undefined : key;
  }
  const candidate: unknown = Array.isArray(first) ? first[0] : first;
  if (typeof candidate === 'string') return candidate;
  // xRead takes an object with a `key`, or an array of them.
  if (
    typeof candidate === 'object' &&
    candidate !== null &&
    'key' in candidate &&
    typeof candidate.key === 'string'
  )
    return candidate.key;
  throw new Error(`cannot find the key in the arguments of ${name}`);
}

/**
 * The address in a redirection like `MOVED 3999 10.0.0.7:6379`. `undefined` for other errors. A redirection without a
 * host refers to the host of `queried`.
 */
export function parseRedirection(
  kind: 'MOVED' | 'ASK',
  error: unknown,
  queried: RedisAddress,
): RedisAddress | undefined {
  const [word, , address = ''] = error instanceof Error ? error.message.split(' ') : [];
  if (word !== kind) return undefined;
  const at = address.lastIndexOf(':');
  return { host: address.slice(0, at) || queried.host, port: Number(address.slice(at + 1)) };
}
