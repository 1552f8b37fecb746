import { rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hasCode } from '../failure.ts';
import { takeLock } from '../setup/lock.ts';

/**
 * Chosen ports are below the range for outgoing connections, which starts at 32768. An outgoing connection therefore
 * never takes a chosen port.
 */
const FIRST = 20_000;
const LAST = 31_999;
/** A folder with a file for each port that a running process has reserved and may listen on later. */
const RESERVED = join(tmpdir(), `tocsin-ports-${process.getuid?.() ?? 0}`);
const reservedPorts = new Set<number>();
process.once('exit', () => {
  for (const port of reservedPorts) rmSync(join(RESERVED, String(port)), { force: true });
});

const canListen = (port: number, host: string): Promise<boolean> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error) => {
      if (hasCode(error, 'EADDRINUSE') || hasCode(error, 'EACCES')) resolve(false);
      // Machines without IPv6 have no listeners on it.
      else if (hasCode(error, 'EADDRNOTAVAIL') || hasCode(error, 'EAFNOSUPPORT')) resolve(true);
      else reject(error);
    });
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
  });

/** True if the port is free on all addresses, including loopback. */
export async function isPortFree(port: number): Promise<boolean> {
  for (const host of ['127.0.0.1', '::1', '0.0.0.0', '::']) {
    if (!(await canListen(port, host))) return false;
  }
  return true;
}

/** Returns `count` free ports that aren't reserved by this process or the user's other running processes. */
export async function freePorts(count: number): Promise<number[]> {
  const ports: number[] = [];
  while (ports.length < count) {
    const port = FIRST + Math.floor(Math.random() * (LAST - FIRST + 1));
    if (!takeLock(join(RESERVED, String(port)))) continue;
    reservedPorts.add(port);
    if (!(await isPortFree(port))) continue;
    ports.push(port);
  }
  return ports;
}
