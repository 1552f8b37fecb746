import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { MemoryKeyUseStore } from '../memory/key-use-store.ts';
import { hashOf } from './callers.ts';
import { KeyUses } from './key-uses.ts';

beforeEach(() => void vi.useFakeTimers({ now: new Date('2026-01-01T00:00:00Z') }));
afterEach(() => void vi.useRealTimers());

const key = (name: string) => ({ name, hash: hashOf(name), feeds: ['all'], perSecond: 1 });

function keyUses() {
  const store = new MemoryKeyUseStore();
  const write = vi.spyOn(store, 'write');
  const failures: unknown[] = [];
  const uses = new KeyUses({ store, now: () => Date.now(), onFailure: (error) => failures.push(error) });
  const lastUses = () =>
    Object.fromEntries([...store.uses.values()].map(({ name, usedAt }) => [name, usedAt]));
  return { uses, write, failures, lastUses };
}

it('should write each key’s last use at most once a minute', async () => {
  const { uses, write, lastUses } = keyUses();
  for (let i = 0; i < 1_000; i++) uses.note(key('shop'));
  await vi.advanceTimersByTimeAsync(30_000);
  uses.note(key('shop'));
  uses.note(key('hr'));
  expect(write).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(30_000);
  expect(write).toHaveBeenCalledTimes(1);
  expect(lastUses()).toEqual({ shop: '2026-01-01T00:00:30.000Z', hr: '2026-01-01T00:00:30.000Z' });
  await vi.advanceTimersByTimeAsync(600_000);
  expect(write).toHaveBeenCalledTimes(1);
  await uses.stop();
});

it('should retry a failed write along with the next write, and write the remaining uses on stop', async () => {
  const { uses, write, failures, lastUses } = keyUses();
  write.mockRejectedValueOnce(new Error('unavailable'));
  uses.note(key('shop'));
  uses.note(key('hr'));
  await vi.advanceTimersByTimeAsync(60_000);
  expect(failures).toHaveLength(1);
  expect(lastUses()).toEqual({});
  uses.note(key('hr'));
  await uses.stop();
  expect(lastUses()).toEqual({ shop: '2026-01-01T00:00:00.000Z', hr: '2026-01-01T00:01:00.000Z' });
});

it('should wait for a write in progress on stop, and retry it if it fails', async () => {
  const { uses, write, lastUses } = keyUses();
  let fail = (): void => undefined;
  write.mockImplementationOnce(() => new Promise((_, reject) => (fail = () => reject(new Error('down')))));
  uses.note(key('shop'));
  await vi.advanceTimersByTimeAsync(60_000);
  const stopped = uses.stop();
  fail();
  await stopped;
  expect(lastUses()).toEqual({ shop: '2026-01-01T00:00:00.000Z' });
});
