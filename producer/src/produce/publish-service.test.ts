import type { EntryItem } from '@tocsin/contracts';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Scheduler } from './ports.ts';
import { PublishService } from './publish-service.ts';

const START = Date.parse('2026-01-01T00:00:00.400Z');

let produced: EntryItem[];
let cancelled: string[];
let settled: string[];
let scheduler: Scheduler;
let publishService: PublishService;
beforeEach(() => {
  vi.useFakeTimers({ now: START });
  [produced, cancelled, settled] = [[], [], []];
  scheduler = {
    add: () => Promise.resolve(),
    cancel: () => Promise.resolve(),
    cancelAll: async (feed) => void cancelled.push(feed),
  };
  publishService = new PublishService({
    producer: {
      produce: (items) => {
        produced.push(...items);
        return Promise.resolve('accepted');
      },
    },
    scheduler,
    scheduling: { count: 10, bytes: 10_000 },
    timeoutMs: 5_000,
    now: () => Date.now(),
    observer: { settled: (outcome, items) => void settled.push(`${outcome} ${items.length}`) },
    onFailure: () => undefined,
  });
});
afterEach(() => vi.useRealTimers());

/** The publishing time of an event published now. Dapr truncates to whole seconds. */
const eventTime = () => Math.floor(Date.now() / 1000) * 1000;
const createdAt = (): number => {
  const item = produced.at(-1);
  return item && 'createdAt' in item ? Date.parse(item.createdAt) : NaN;
};
const erasedUntil = (): number => {
  const item = produced.find((candidate) => 'erase' in candidate);
  return item && 'at' in item ? Date.parse(item.at) : NaN;
};

it('should date a notification later than an erasure only if it was published after the response to the erasure', async () => {
  const before = eventTime();
  const erasing = publishService.erase('topic:a');
  let isErased = false;
  await vi.advanceTimersByTimeAsync(0);
  void erasing.then(() => (isErased = true));
  for (let late = 0; late < 6_000; late += 100) {
    await publishService.publish([{ title: 'before', feed: 'topic:a' }], undefined, undefined, before);
    expect(createdAt()).toBeLessThan(erasedUntil());
    if (isErased) break;
    await vi.advanceTimersByTimeAsync(100);
  }
  expect(isErased).toBe(true);
  expect(Date.now() - START).toBeLessThanOrEqual(3_100);
  await publishService.publish([{ title: 'after', feed: 'topic:a' }]);
  expect(createdAt()).toBeGreaterThanOrEqual(erasedUntil());
  const after = eventTime();
  for (let late = 0; late < 30_000; late += 300) {
    await publishService.publish([{ title: 'after', feed: 'topic:a' }], undefined, undefined, after);
    expect(createdAt()).toBeGreaterThanOrEqual(erasedUntil());
    await vi.advanceTimersByTimeAsync(300);
  }
});

it('should date a notification by its arrival time, unless the event is late', async () => {
  await publishService.publish([{ title: 'x' }], undefined, undefined, eventTime());
  expect(createdAt()).toBe(START);
  await publishService.publish([{ title: 'x' }], undefined, undefined, START - 60_000);
  expect(createdAt()).toBe(START - 60_000);
  await publishService.publish([{ title: 'x' }], undefined, undefined, START + 60_000);
  expect(createdAt()).toBe(START);
});

it('should cancel schedules a second time before responding to an erasure', async () => {
  const erasing = publishService.erase('topic:a');
  await vi.advanceTimersByTimeAsync(1_000);
  expect(cancelled).toEqual(['topic:a']);
  await vi.advanceTimersByTimeAsync(3_000);
  expect(await erasing).toBe('accepted');
  expect(cancelled).toEqual(['topic:a', 'topic:a']);
});

it('should count each request once by its final outcome, and count schedules only if they are not accepted', async () => {
  const inputs = [{ title: 'now' }, { title: 'later', deliverAt: new Date(START + 9_000).toISOString() }];
  await publishService.publish(inputs);
  await publishService.retract('all', 'a');
  expect(settled.splice(0)).toEqual(['accepted 1', 'accepted 1']);
  scheduler.add = scheduler.cancel = scheduler.cancelAll = () => Promise.reject(new Error('unavailable'));
  await publishService.publish(inputs);
  await publishService.retract('all', 'a');
  await publishService.erase('all');
  expect(settled).toEqual(['late 2', 'late 1', 'late 1']);
});
