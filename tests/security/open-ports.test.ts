import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { run } from '@tocsin/tools';
import { isLoopback, listenersOf, treeOf } from '../support/network/listeners.ts';
import {
  makeNamespace,
  makeNeighbour,
  missingNamespaces,
  type Neighbour,
  type NetworkNamespace,
} from '../support/network/neighbour.ts';
import { launch, REAL_RUN_FILE, removeDir, type Launch, type LaunchOptions } from '../tools/launch.ts';

const CALL_LOCAL = fileURLToPath(new URL('../support/invocation/call-local.mjs', import.meta.url));
const PUBLIC_PORTS = [4000, 4001, 4002];
const DEV_PORTS = [4000, 4001, 5173];

const missing = await missingNamespaces();
if (missing) console.log(`The ports were not scanned from another machine: ${missing}`);

const launches: Launch[] = [];
const launchTracked = async (options: LaunchOptions): Promise<Launch> => {
  const launched = await launch({ runFile: REAL_RUN_FILE, ...options });
  launches.push(launched);
  return launched;
};
const stopAll = async () => {
  for (const launched of launches.splice(0)) {
    if (launched.child.exitCode === null) launched.child.kill('SIGTERM');
    await launched.exit;
    removeDir(launched.dir);
  }
};

/**
 * Scans a network namespace from a neighbour. The namespace acts as a separate machine: no other process listens there,
 * so `npm start` and `npm run dev` can use the default ports.
 */
describe.skipIf(missing)('the ports as seen from the network', { timeout: 240_000 }, () => {
  let host: NetworkNamespace;
  let neighbour: Neighbour;

  beforeAll(async () => {
    host = await makeNamespace();
    neighbour = await makeNeighbour(host);
  });
  afterAll(async () => {
    await neighbour.remove();
    await host.remove();
  });
  afterEach(stopAll);

  const openPorts = async () => {
    const v6Scan = neighbour.address6 ? neighbour.scan(neighbour.address6) : [];
    const [v4, v6] = await Promise.all([neighbour.scan(), v6Scan]);
    return { v4, v6 };
  };
  const openListeners = async ({ child }: Launch) =>
    listenersOf(await treeOf(child.pid ?? 0)).filter((listener) => !isLoopback(listener));

  describe('npm start', () => {
    it('should listen only on loopback addresses in all processes, over TCP and UDP', async () => {
      const tocsin = await launchTracked({ host });
      await tocsin.untilPrinted('Tocsin is ready.', 90_000);
      const listeners = listenersOf(await treeOf(tocsin.child.pid ?? 0));
      const ports = listeners.map(({ port }) => port);
      // The scan must cover the applications, sidecars and Redis.
      expect(ports).toEqual(expect.arrayContaining([...PUBLIC_PORTS, 4100, 4200, 4300, 4400, 4500, 4600]));
      expect(listeners.filter((listener) => !isLoopback(listener))).toEqual([]);
      expect(await openPorts()).toEqual({ v4: [], v6: [] });

      const call = ['4400', 'notifications', '{"title":"From a stranger"}'] as const;
      const callFrom = async (words: [string, ...string[]]) => {
        const [command, ...args] = words;
        return JSON.parse((await run(command, args)).stdout) as object;
      };
      // From the machine itself, the call succeeds.
      expect(await callFrom(host.inside(process.execPath, CALL_LOCAL, '127.0.0.1', ...call))).toMatchObject({
        reached: true,
        response: expect.stringContaining('"ids"') as string,
      });
      for (const address of [neighbour.address, neighbour.address6 ?? neighbour.address]) {
        expect(await callFrom(neighbour.inside(process.execPath, CALL_LOCAL, address, ...call))).toEqual({
          reached: false,
          reason: 'ECONNREFUSED',
        });
      }
    });

    it('should open only the public ports with TOCSIN_ADDRESS and authentication', async () => {
      const dir = mkdtempSync(join(tmpdir(), 'tocsin-open-'));
      mkdirSync(join(dir, 'data'));
      const hash = createHash('sha256').update('key').digest('hex');
      const keys = [{ name: 'shop', hash, feeds: ['all'], perSecond: 10 }];
      writeFileSync(join(dir, 'data', 'api-keys.json'), JSON.stringify(keys));
      const env = { TOCSIN_ADDRESS: '0.0.0.0', AUTH_MODE: 'jwt', API_KEYS: 'on' };
      const tocsin = await launchTracked({ host, dir, env });
      await tocsin.untilPrinted('Tocsin is ready.', 90_000);
      expect(await openPorts()).toEqual({ v4: PUBLIC_PORTS, v6: [] });
      expect((await openListeners(tocsin)).map(({ port }) => port).sort()).toEqual(PUBLIC_PORTS);
    });
  });

  describe('npm run dev', () => {
    const isUp = (launched: Launch) => launched.untilPrinted('Send a notification:', 90_000);

    it('should listen only on loopback addresses', async () => {
      const tocsin = await launchTracked({ host, command: 'dev' });
      await isUp(tocsin);
      expect(listenersOf(await treeOf(tocsin.child.pid ?? 0)).map(({ port }) => port)).toEqual(
        expect.arrayContaining([...DEV_PORTS, 4100]),
      );
      expect(await openListeners(tocsin)).toEqual([]);
      expect(await openPorts()).toEqual({ v4: [], v6: [] });
    });

    it('should open only the public ports with TOCSIN_INSECURE', async () => {
      const env = { TOCSIN_ADDRESS: '0.0.0.0', TOCSIN_INSECURE: 'yes' };
      await isUp(await launchTracked({ host, command: 'dev', env }));
      expect(await openPorts()).toEqual({ v4: DEV_PORTS, v6: [] });
    });
  });
});

describe('a start that would open ports without authentication', () => {
  afterEach(stopAll);

  it.each([
    ['start', '4000, 4001, 4002'],
    ['dev', '4000, 4001, 5173'],
  ] as const)('should be rejected by npm run %s, which suggests a remedy', async (command, ports) => {
    const tocsin = await launchTracked({ command, env: { TOCSIN_ADDRESS: '0.0.0.0' } });
    expect(await tocsin.exit).toBe(1);
    expect(tocsin.output()).toContain(`TOCSIN_ADDRESS=0.0.0.0 would open ports ${ports} to the network`);
    expect(tocsin.output()).toContain('Set AUTH_MODE=jwt and API_KEYS=on (docs/guides/secure-it.md)');
    expect(tocsin.output()).toContain('TOCSIN_INSECURE=yes');
  });
});
