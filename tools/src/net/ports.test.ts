import { createServer, type AddressInfo, type Server } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { freePorts, isPortFree } from './ports.ts';

let server: Server | undefined;
afterEach(() => new Promise<void>((resolve) => (server ? server.close(() => resolve()) : resolve())));

const listen = (host: string): Promise<number> =>
  new Promise((resolve) => {
    server = createServer().listen(0, host, () => resolve((server!.address() as AddressInfo).port));
  });

describe('ports', () => {
  it.each(['127.0.0.1', '0.0.0.0', '::'])('should detect a listener on %s', async (host) => {
    expect(await isPortFree(await listen(host))).toBe(false);
  });

  it('should return free and distinct ports', async () => {
    const ports = [...(await freePorts(20)), ...(await freePorts(20))];
    expect(new Set(ports).size).toBe(40);
    expect(await isPortFree(ports[0] ?? 0)).toBe(true);
  });
});
