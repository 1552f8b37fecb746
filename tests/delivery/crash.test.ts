import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Failpoints, Observer } from '@tocsin/lab';
import { pollUntil, startStack, type Pair, type Stack } from '@tocsin/tools';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Flow } from '../support/flow.ts';
import { findHost } from '../support/processes/hosting.ts';

/**
 * Maximum pause (ms) in deliveries after each kind of kill. `held` is the maximum for work that a killed instance has
 * started. Tests double it for slow machines.
 */
const BOUNDS = { application: 3_000, sidecar: 2_000, placement: 1_000, redis: 5_000, held: 20_000 };

describe('deliveries during kill -9', () => {
  const dir = mkdtempSync(join(tmpdir(), 'tocsin-crash-'));
  const failpoints = new Failpoints(dir);
  let stack: Stack;
  let flow: Flow;

  beforeAll(async () => {
    stack = await startStack({ bffEnv: failpoints.env('bff') });
    flow = new Flow(stack, 5);
    await flow.ready();
  });
  afterAll(async () => {
    flow.close();
    await stack.stop();
    rmSync(dir, { recursive: true, force: true });
  });

  it.each(['application', 'sidecar'] as const)(
    'should continue on the surviving instance when the %s that hosts the feed dies',
    async (part) => {
      await flow.caller.post([{ id: randomUUID(), title: 'first' }]);
      const kill = async () => {
        const { host, others } = await findHost(stack);
        const process = part === 'application' ? host.app : host.sidecar;
        const resumesAt = Date.now();
        await process.kill();
        const restore = async () => {
          await process.start();
          await host.ready();
        };
        return { resumesAt, affected: others, restore };
      };
      const pause = await flow.during(`${part}-killed`, kill, BOUNDS[part]);
      expect(pause).toBeLessThan(2 * BOUNDS[part]);
    },
  );

  it.each(['placement', 'redis'] as const)('should continue after %s is restarted', async (service) => {
    const kill = async () => {
      await stack[service].kill();
      await delay(1_000);
      await stack.revive(service);
      return { resumesAt: Date.now(), affected: stack.bffs };
    };
    const pause = await flow.during(`${service}-killed`, kill, BOUNDS[service]);
    expect(pause).toBeLessThan(2 * BOUNDS[service]);
  });

  it('should not need Dapr’s scheduler', async () => {
    await flow.during('scheduler-killed', async () => {
      const resumesAt = Date.now();
      await stack.scheduler.kill();
      const known = flow.caller.acknowledged.size;
      const shown = async () => {
        const acknowledged = [...flow.caller.acknowledged.keys()].slice(known);
        const all = flow.observers.map((observer) => new Set(observer.shown.map(({ id }) => id)));
        return acknowledged.length > 50 && all.every((ids) => ids.has(acknowledged[49] as string));
      };
      expect(await pollUntil(shown, { timeoutMs: 20_000 })).toBeUndefined();
      return { resumesAt, affected: stack.bffs, restore: () => stack.revive('scheduler') };
    });
  });

  it('should not lose accepted notifications when the producer dies', async () => {
    const producer = stack.producers[0] as Pair;
    await flow.during('producer-killed', async () => {
      await producer.app.kill();
      await producer.app.start();
      await producer.ready();
      return { resumesAt: Date.now(), affected: stack.bffs };
    });
  });

  it('should finish a dead instance’s work without any further publications', async () => {
    const feed = 'topic:held';
    const observers = new Map(stack.bffs.map((pair) => [pair, new Observer(pair.name, pair.url, { feed })]));
    await Promise.all([...observers.values()].map((observer) => observer.ready()));
    failpoints.set('bff', 'received=kill');
    const id = randomUUID();
    await flow.caller.post([{ id, feed, title: 'held' }]);
    const isDead = async () => stack.bffs.some(({ app }) => !app.running);
    expect(await pollUntil(isDead, { timeoutMs: 20_000, everyMs: 5 })).toBeUndefined();
    const killed = Date.now();
    const dead = stack.bffs.find(({ app }) => !app.running) as Pair;
    await dead.sidecar.kill();
    observers.get(dead)?.close();
    observers.delete(dead);
    for (const observer of observers.values()) {
      await observer.untilShown([id], 3 * BOUNDS.held);
      observer.close();
      const delayMs = (observer.shown[0]?.at ?? Infinity) - killed;
      console.log(
        `a dead instance’s unfinished work: delivered after ${Math.round(delayMs)} ms (at most ${BOUNDS.held} ms)`,
      );
      expect(delayMs).toBeLessThan(2 * BOUNDS.held);
    }
    await Promise.all([dead.app.start(), dead.sidecar.start()]);
    await dead.ready();
  });
});
