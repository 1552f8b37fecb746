import { randomUUID } from 'node:crypto';
import { MAX_PAST_INSTANCES, type PastInstance } from '@tocsin/contracts';
import { describe, expect, it } from 'vitest';
import type { PastHourStore } from '../../src/ops/ports.ts';

/** Returns a past-hour document from an instance with a unique name. */
export const aPastHour = (members: Partial<PastInstance> = {}): PastInstance => ({
  ...{ v: 1, instance: `host-${randomUUID()}:4001`, version: '1.0.0' },
  startedAt: new Date(Date.now() - 60_000).toISOString(),
  at: new Date().toISOString(),
  minutes: [
    {
      ...{
        minute: Math.floor(Date.now() / 60_000),
        connections: 3,
        accepted: 1,
        delivered: 2,
        suppressed: 0,
      },
      ...{ p50Ms: 3.5, p99Ms: null, oldestMs: 0, redisUsed: null },
    },
  ],
  ...members,
});

/** Tests that every `PastHourStore` must pass. */
export function pastHourStoreSuite(name: string, create: () => PastHourStore): void {
  describe(`the ${name} store for the past hour`, () => {
    it("should keep each instance's newest document", async () => {
      const [store, first, second] = [create(), aPastHour(), aPastHour()];
      await store.save(first);
      await store.save(second);
      const stopped = { ...first, stoppedAt: new Date().toISOString() };
      await store.save(stopped);
      expect(await store.find(first.instance)).toEqual(stopped);
      expect(await store.find('unknown')).toBeUndefined();
      expect(await store.read()).toEqual(expect.arrayContaining([stopped, second]));
    });

    it('should forget the instances that have been silent longest', async () => {
      const store = create();
      const started = Date.now();
      const all = Array.from({ length: MAX_PAST_INSTANCES + 3 }, (_, n) =>
        aPastHour({ at: new Date(started + n).toISOString() }),
      );
      for (const past of all) await store.save(past);
      const names = (await store.read()).map(({ instance }) => instance);
      expect(names).toHaveLength(MAX_PAST_INSTANCES);
      expect(names).not.toContain(all[0]?.instance);
      expect(names).toContain(all.at(-1)?.instance);
      expect(await store.find(all[0]?.instance ?? '')).toBeUndefined();
    });
  });
}
