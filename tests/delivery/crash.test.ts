import { setTimeout as delay } from 'node:timers/promises';
import {
  Caller,
  Observer,
  audit,
  isClean,
  longestPause,
  startStack,
  type Pair,
  type Stack,
} from '@tocsin/tools';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findHost } from '../support/hosting.ts';
import { startStream } from '../support/stream.ts';

/** How deliveries may pause after each kill, in ms; the tests allow twice as much, since machines differ. */
const BOUNDS = { application: 3_000, sidecar: 2_000, placement: 1_000, redis: 5_000 };

describe('kill -9 while notifications flow', () => {
  let stack: Stack;
  let caller: Caller;
  const observers = new Map<Pair, Observer[]>();

  beforeAll(async () => {
    stack = await startStack();
    caller = new Caller({ urls: stack.producers.map(({ url }) => url) });
    for (const pair of stack.bffs) {
      observers.set(
        pair,
        Array.from({ length: 5 }, (_, i) => new Observer(`client ${i + 1} of ${pair.name}`, pair.url)),
      );
    }
    await Promise.all(all().map((observer) => observer.ready()));
  });
  afterAll(async () => {
    for (const observer of all()) observer.close();
    await stack.stop();
  });

  const all = () => [...observers.values()].flat();

  /** Runs a stream around `fault`, which resolves when deliveries may be expected again on `watched`. */
  async function through(
    label: string,
    fault: () => Promise<{ back: number; watched: Pair[]; heal(): Promise<void> }>,
  ) {
    const stream = startStream(caller, label);
    await delay(1_500);
    const { back, watched, heal } = await fault();
    await delay(8_000);
    const end = Date.now();
    await heal();
    await stream.stop();
    await Promise.all(all().map((observer) => observer.sees(caller.acknowledged.keys(), 30_000)));
    const accounts = all().map((observer) => audit(observer, caller.acknowledged.keys()));
    expect(accounts.filter((account) => !isClean(account))).toEqual([]);
    expect(accounts.map(({ honestGaps }) => honestGaps)).toEqual(accounts.map(() => 0));
    const pause = longestPause(
      watched.flatMap((pair) => observers.get(pair) ?? []),
      back,
      end,
    );
    console.log(`deliveries paused for ${Math.round(pause)} ms: ${label}`);
    return pause;
  }

  it('should go on at the surviving instance when the application that hosts the feed dies', async () => {
    await caller.post([{ id: 'first', title: 'first' }]);
    const pause = await through('application-killed', async () => {
      const { host, others } = await findHost(stack);
      const back = Date.now();
      await host.app.kill();
      const heal = async () => {
        await host.app.start();
        await host.ready();
      };
      return { back, watched: others, heal };
    });
    expect(pause).toBeLessThan(2 * BOUNDS.application);
  });

  it('should go on at the surviving instance when the sidecar that hosts the feed dies', async () => {
    const pause = await through('sidecar-killed', async () => {
      const { host, others } = await findHost(stack);
      const back = Date.now();
      await host.sidecar.kill();
      const heal = async () => {
        await host.sidecar.start();
        await host.ready();
      };
      return { back, watched: others, heal };
    });
    expect(pause).toBeLessThan(2 * BOUNDS.sidecar);
  });

  it('should go on when placement is back', async () => {
    const pause = await through('placement-killed', async () => {
      await stack.placement.kill();
      await delay(1_000);
      await stack.revive('placement');
      return { back: Date.now(), watched: stack.bffs, heal: async () => undefined };
    });
    expect(pause).toBeLessThan(2 * BOUNDS.placement);
  });

  it('should go on when Redis is back', async () => {
    const pause = await through('redis-killed', async () => {
      await stack.redis.kill();
      await delay(1_000);
      await stack.revive('redis');
      return { back: Date.now(), watched: stack.bffs, heal: async () => undefined };
    });
    expect(pause).toBeLessThan(2 * BOUNDS.redis);
  });

  it('should complete what it was given when the producer dies', async () => {
    const [producer] = stack.producers;
    if (!producer) throw new Error('no producer');
    await through('producer-killed', async () => {
      await producer.app.kill();
      await producer.app.start();
      await producer.ready();
      return { back: Date.now(), watched: stack.bffs, heal: async () => undefined };
    });
  });
});
