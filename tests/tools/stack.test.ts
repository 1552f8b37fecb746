import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { respondsOk, isPortFree, pollUntil, startStack, type Pair, type Stack } from '@tocsin/tools';

const stub = {
  cwd: fileURLToPath(new URL('.', import.meta.url)),
  command: [process.execPath, 'stub-app.mjs'] as const,
};
const envSchema = z.object({ failpoint: z.string().nullable(), redis: z.string() });
const envOf = async (pair: Pair) => envSchema.parse(await (await fetch(`${pair.url}/env`)).json());

describe('a stack', () => {
  let stack: Stack;
  let bff: Pair;
  let other: Pair;

  beforeAll(async () => {
    stack = await startStack({ apps: { producer: stub, bff: stub } });
    [bff, other] = stack.bffs as [Pair, Pair];
  });
  afterAll(() => stack.stop());

  it('should give each application a sidecar with the components', async () => {
    for (const pair of [...stack.producers, ...stack.bffs]) {
      const metadata = await fetch(`${pair.daprUrl}/v1.0/metadata`, { headers: pair.daprHeaders });
      expect(JSON.stringify(await metadata.json())).toContain('notification-pubsub');
      expect((await envOf(pair)).redis).toBe(stack.redisHost);
    }
  });

  it('should reject a caller without the sidecar’s token', async () => {
    expect((await fetch(`${bff.daprUrl}/v1.0/metadata`)).status).toBe(401);
  });

  it('should let a test kill just a sidecar and restart it on the same ports', async () => {
    await bff.sidecar.kill('SIGKILL');
    expect(bff.sidecar.running).toBe(false);
    expect(bff.sidecar.lastExit).toEqual({ code: null, signal: 'SIGKILL' });
    expect(bff.app.running).toBe(true);
    expect(await respondsOk(`${other.url}/readyz`)).toBe(true);
    await bff.sidecar.start();
    await bff.ready();
  });

  it('should restart an application with a different environment for a single run', async () => {
    await bff.app.restart({ env: { FAILPOINT: 'before-pop' } });
    await bff.ready();
    expect((await envOf(bff)).failpoint).toBe('before-pop');
    expect(readFileSync(bff.app.spec.logFile, 'utf8')).toContain('stopped');
    await bff.app.restart();
    await bff.ready();
    expect((await envOf(bff)).failpoint).toBeNull();
  });

  it('should let a test pause a process and resume it', async () => {
    await bff.app.kill('SIGSTOP');
    await expect.poll(() => respondsOk(`${bff.url}/healthz`)).toBe(false);
    await bff.app.kill('SIGCONT');
    await expect.poll(() => respondsOk(`${bff.url}/healthz`)).toBe(true);
  });

  it.each(['redis', 'placement', 'scheduler'] as const)(
    'should let a test restart %s after kill -9',
    async (name) => {
      await stack[name].kill('SIGKILL');
      await stack.revive(name);
      expect(stack[name].running).toBe(true);
    },
  );

  it('should name the exited process and the log file', async () => {
    await other.app.kill('SIGKILL');
    await expect(other.ready()).rejects.toThrow(/the application of bff-2 has exited.*bff-2\.log/s);
  });

  it('should leave no processes or open ports behind', async () => {
    const pairs = [...stack.producers, ...stack.bffs];
    await stack.stop();
    const processes = [
      stack.redis,
      stack.placement,
      stack.scheduler,
      ...pairs.flatMap((p) => [p.app, p.sidecar]),
    ];
    expect(processes.filter(({ running }) => running)).toEqual([]);
    const ports = pairs.flatMap((pair) => [pair.port, pair.internalPort, pair.daprHttpPort]);
    expect(
      await pollUntil(async () => (await Promise.all(ports.map(isPortFree))).every(Boolean), {
        timeoutMs: 2_000,
      }),
    ).toBe(undefined);
  });
});
