import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { MemoryReaderStore } from '../../../memory/reader-store.ts';
import { DurableWakeUps } from './durable-wake-ups.ts';

beforeEach(() => void vi.useFakeTimers({ now: 1_000_000 }));
afterEach(() => void vi.useRealTimers());

/** Instances that share a store, with a scheduler that tests can stop. */
function deployment() {
  const store = new MemoryReaderStore();
  const accepted = new Map<string, number>();
  const scheduler = { isDown: false, calls: 0, failsAt: Infinity };
  const faults: unknown[] = [];
  const instance = () =>
    new DurableWakeUps({
      ...{ store, now: () => Date.now(), onError: (error: unknown) => faults.push(error) },
      wakeUps: {
        set: async (name, at) => {
          scheduler.calls++;
          if (scheduler.isDown || scheduler.calls === scheduler.failsAt)
            throw new Error('the scheduler is down');
          if (!accepted.has(name)) accepted.set(name, at);
        },
      },
    });
  return { store, accepted, scheduler, faults, instance };
}

it("should keep wake-ups that the scheduler doesn't accept, so that any instance can set them later", async () => {
  const { accepted, scheduler, faults, instance } = deployment();
  const [one, other] = [instance(), instance()];
  scheduler.isDown = true;
  await one.set('a', 1_002_000);
  await one.set('b', 1_900_000);
  expect([accepted.size, scheduler.calls, faults.length]).toEqual([0, 1, 1]);
  one.stop();
  await vi.advanceTimersByTimeAsync(20_000);
  scheduler.isDown = false;
  await vi.advanceTimersByTimeAsync(11_000);
  expect([...accepted]).toEqual([
    ['a', expect.any(Number)],
    ['b', 1_900_000],
  ]);
  expect(accepted.get('a')).toBeGreaterThan(1_020_000);
  const calls = scheduler.calls;
  await vi.advanceTimersByTimeAsync(60_000);
  expect(scheduler.calls).toBe(calls);
  other.stop();
});

it('should set each stored wake-up once when the scheduler is back, even if it fails again', async () => {
  const { accepted, scheduler, instance } = deployment();
  const one = instance();
  scheduler.isDown = true;
  for (let n = 0; n < 250; n++) await one.set(`w${n}`, 9_000_000);
  scheduler.isDown = false;
  scheduler.calls = 0;
  scheduler.failsAt = 215;
  await vi.advanceTimersByTimeAsync(5_000);
  expect([accepted.size, scheduler.calls]).toEqual([219, 220]);
  await vi.advanceTimersByTimeAsync(10_000);
  expect([accepted.size, scheduler.calls]).toEqual([250, 251]);
  one.stop();
});

it('should not rewrite the stored wake-ups while the scheduler accepts none', async () => {
  const { store, scheduler, instance } = deployment();
  const one = instance();
  scheduler.isDown = true;
  await one.set('a', 9_000_000);
  const write = vi.spyOn(store, 'write');
  await vi.advanceTimersByTimeAsync(60_000);
  expect([scheduler.calls > 1, write.mock.calls.length]).toEqual([true, 0]);
  one.stop();
});

it('should store wake-ups that arrive together in a few writes', async () => {
  const { store, scheduler, instance } = deployment();
  const one = instance();
  scheduler.isDown = true;
  await one.set('first', 9_000_000);
  const write = vi.spyOn(store, 'write');
  await Promise.all(Array.from({ length: 500 }, (_, n) => one.set(`w${n}`, 9_000_000)));
  expect(write.mock.calls.length).toBeLessThanOrEqual(2);
  one.stop();
});

it('should keep more wake-ups than fit into a document, and set all of them when the scheduler is back', async () => {
  const { store, accepted, scheduler, instance } = deployment();
  const [one, other] = [instance(), instance()];
  scheduler.isDown = true;
  const names = Array.from({ length: 12_000 }, (_, n) => `w${n}`);
  await Promise.all(names.map((name) => one.set(name, 9_000_000)));
  await one.set('w1', 9_000_000);
  const sizes = ['', '-1', '-2'].map(async (suffix) => {
    const value = (await store.read(`away-late${suffix}`))?.value as { waiting: unknown[] } | undefined;
    return value?.waiting.length;
  });
  expect(await Promise.all(sizes)).toEqual([10_000, expect.any(Number), undefined]);
  one.stop();
  scheduler.isDown = false;
  await vi.advanceTimersByTimeAsync(6_000);
  expect(new Set(accepted.keys())).toEqual(new Set(names));
  other.stop();
});

it('should not resend a wake-up for ten minutes after the scheduler accepted it', async () => {
  const { scheduler, instance } = deployment();
  const one = instance();
  for (let i = 0; i < 3; i++) await one.set('a', 9_000_000);
  expect(scheduler.calls).toBe(1);
  await vi.advanceTimersByTimeAsync(11 * 60_000);
  await one.set('a', 9_000_000);
  expect(scheduler.calls).toBe(2);
  one.stop();
});

it("should reject if the store doesn't accept the wake-up either", async () => {
  const { store, scheduler, instance } = deployment();
  const one = instance();
  scheduler.isDown = true;
  vi.spyOn(store, 'write').mockRejectedValue(new Error('the store is down'));
  await expect(one.set('a', 1)).rejects.toThrow('the store is down');
  one.stop();
});
