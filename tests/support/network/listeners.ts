import { readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { childrenOf } from '../../../tools/src/process/children.ts';

/** An open socket: a listening TCP socket, or a bound UDP socket. */
export interface Listener {
  pid: number;
  protocol: 'tcp' | 'udp';
  /** The address in the system's notation: `127.0.0.1`, `0.0.0.0`, `::`. */
  address: string;
  port: number;
}

/** Returns the ids of a process and all descendants. */
export async function treeOf(pid: number): Promise<number[]> {
  const children = await childrenOf(pid);
  return [pid, ...(await Promise.all(children.map((child) => treeOf(child.pid)))).flat()];
}

/** Returns the sockets that these processes listen on, over IPv4 and IPv6. Reads /proc, so it works only on Linux. */
export function listenersOf(pids: readonly number[]): Listener[] {
  return pids.flatMap((pid) => {
    const inodes = socketsOf(pid);
    return (['tcp', 'tcp6', 'udp', 'udp6'] as const).flatMap((table) =>
      readTable(pid, table)
        .filter(({ inode }) => inodes.has(inode))
        .map(({ address, port }) => ({
          pid,
          protocol: table.startsWith('tcp') ? ('tcp' as const) : ('udp' as const),
          address,
          port,
        })),
    );
  });
}

export const isLoopback = ({ address }: Pick<Listener, 'address'>): boolean =>
  address === '::1' || /^(::ffff:)?127\./.test(address);

function orNothing<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    // The process or descriptor no longer exists, or the system has no IPv6.
    return undefined;
  }
}

function socketsOf(pid: number): Set<string> {
  const folder = `/proc/${pid}/fd`;
  const links = (orNothing(() => readdirSync(folder)) ?? []).map((fd) =>
    orNothing(() => readlinkSync(`${folder}/${fd}`)),
  );
  return new Set(links.flatMap((link) => /^socket:\[(\d+)\]$/.exec(link ?? '')?.[1] ?? []));
}

const LISTENING = '0A';
/** State code for UDP sockets that are bound but not connected. */
const UNCONNECTED = '07';

/** Reads a socket table from the process's network namespace. */
function readTable(pid: number, table: string): { address: string; port: number; inode: string }[] {
  const lines = (orNothing(() => readFileSync(`/proc/${pid}/net/${table}`, 'utf8')) ?? '')
    .trim()
    .split('\n')
    .slice(1);
  return lines.flatMap((line) => {
    const [, local = '', , state, , , , , , inode = ''] = line.trim().split(/\s+/);
    if (state !== (table.startsWith('tcp') ? LISTENING : UNCONNECTED)) return [];
    const [hex = '', port = ''] = local.split(':');
    return [{ address: readAddress(hex), port: Number.parseInt(port, 16), inode }];
  });
}

/** Decodes an address from /proc. It consists of four-byte words in the machine's byte order (here little-endian). */
function readAddress(hex: string): string {
  const bytes = (hex.match(/.{8}/g) ?? []).flatMap((word) => [...Buffer.from(word, 'hex')].reverse());
  if (bytes.length === 4) return bytes.join('.');
  const text = bytes.map((byte) => byte.toString(16).padStart(2, '0')).join('');
  if (/^0{32}$/.test(text)) return '::';
  if (/^0{31}1$/.test(text)) return '::1';
  const mapped = /^0{20}ffff/.test(text);
  return mapped ? `::ffff:${bytes.slice(12).join('.')}` : (text.match(/.{4}/g) ?? []).join(':');
}
