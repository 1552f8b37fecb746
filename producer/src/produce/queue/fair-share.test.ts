import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { idsOf, notification, testProducer } from '../../../testing/test-producer.ts';
import type { Outcome } from '../ports.ts';

beforeEach(() => void vi.useFakeTimers({ now: new Date('2026-01-01T00:00:00Z') }));
afterEach(() => void vi.useRealTimers());

const notifications = (prefix: string, count: number, feed = 'all', body?: string) =>
  Array.from({ length: count }, (_, n) => notification(`${prefix}${n}`, { feed, ...(body && { body }) }));

/** Creates a producer with a store that hangs, so that all requests wait. Records each request's outcome. */
function createStuckProducer(options: Parameters<typeof testProducer>[0] = {}) {
  const fixture = testProducer(options);
  fixture.backend.fate = () => 'hang';
  const outcomes: Outcome[] = [];
  const produce = async (caller: string | undefined, items: ReturnType<typeof notifications>) => {
    const outcome = fixture.producer.produce(items, undefined, caller);
    void outcome.then((settled) => outcomes.push(settled));
    return Promise.race([outcome, vi.advanceTimersByTimeAsync(0).then(() => 'waits' as const)]);
  };
  return { ...fixture, produce, outcomes };
}

describe('the queue', () => {
  it('should have room for other callers when a caller’s share is full', async () => {
    const { produce, producer } = createStuckProducer({ maxQueued: 1_000 });
    for (let i = 0; i < 100; i++) await produce('greedy', notifications(`g${i}-`, 10));
    expect(producer.queued).toBeLessThanOrEqual(510);
    expect(await produce('greedy', notifications('more', 10))).toBe('full');
    expect(await produce('other', notifications('o', 100))).toBe('waits');
  });

  it('should have room for another caller when existing callers’ shares are full', async () => {
    const { produce, producer } = createStuckProducer({ maxQueued: 1_000 });
    for (let caller = 0; caller < 4; caller++) {
      for (let i = 0; i < 100; i++) await produce(`greedy-${caller}`, notifications(`${caller}-${i}-`, 10));
    }
    expect(producer.queued).toBeLessThan(960);
    expect(await produce('other', notifications('o', 1))).toBe('waits');
  });

  it("should limit each caller's bytes", async () => {
    const { produce } = createStuckProducer({ maxQueuedBytes: 100_000 });
    const large = (prefix: string) => notifications(prefix, 1, 'all', 'x'.repeat(2_000));
    let accepted = 0;
    for (let i = 0; i < 60; i++) if ((await produce('greedy', large(`g${i}-`))) === 'waits') accepted++;
    expect(accepted).toBeGreaterThan(15);
    expect(accepted).toBeLessThan(26);
    expect(await produce('other', large('o'))).toBe('waits');
  });

  it('should let a caller reuse the whole share after all requests have finished', async () => {
    const { produce, producer, backend } = createStuckProducer({ maxQueued: 1_000 });
    for (let i = 0; i < 100; i++) await produce('greedy', notifications(`g${i}-`, 10));
    backend.fate = () => 'good';
    await vi.advanceTimersByTimeAsync(10_000);
    expect(producer.queued).toBe(0);
    expect(await produce('greedy', notifications('again', 1_000))).not.toBe('full');
  });

  it('should accept a request of maximum size when empty, and let requests without a key fill the queue', async () => {
    const { produce, producer } = createStuckProducer({ maxQueued: 1_000 });
    expect(await produce(undefined, notifications('a', 600))).toBe('waits');
    expect(await produce(undefined, notifications('b', 400))).toBe('waits');
    expect(producer.queued).toBe(1_000);
    expect(await createStuckProducer({ maxQueued: 1_000 }).produce('one', notifications('c', 1_000))).toBe(
      'waits',
    );
  });
});

describe('callers', () => {
  /** Publishes the requests while the lane is busy with a first entry. Resolves with all entries. */
  async function entriesOf(requests: [string, ReturnType<typeof notifications>][]) {
    const { producer, backend } = testProducer({ partitions: 1, requestTimeoutMs: 60_000 });
    backend.latencyMs = 10;
    void producer.produce([notification('first')]);
    for (const [caller, items] of requests) void producer.produce(items, undefined, caller);
    await vi.advanceTimersByTimeAsync(50_000);
    return backend.deposited;
  }

  it('should take turns within a lane', async () => {
    const greedy = Array.from({ length: 5 }, (_, i): [string, ReturnType<typeof notifications>] => [
      'greedy',
      notifications(`g${i}-`, 1_000),
    ]);
    const entries = await entriesOf([...greedy, ['other', notifications('o', 1)]]);
    const index = entries.findIndex((entry) => idsOf(entry).includes('o0'));
    expect(index).toBeLessThanOrEqual(2);
    const order = entries.flatMap(idsOf).filter((id) => id.startsWith('g'));
    expect(order).toEqual(greedy.flatMap(([, items]) => items.map(({ id }) => id)));
  });

  it('should keep their turn if the remaining items of a split request fit in the next entry', async () => {
    const entries = await entriesOf([
      ['a', notifications('a', 600)],
      ['b', notifications('b', 1_000)],
      ['c', notifications('c', 1_000)],
    ]);
    const counts = entries.map((entry) =>
      ['a', 'b', 'c'].map((caller) => idsOf(entry).filter((id) => id.startsWith(caller)).length),
    );
    expect(counts.slice(1)).toEqual([
      [600, 400, 0],
      [0, 600, 400],
      [0, 0, 600],
    ]);
  });

  it('should take turns even if one caller publishes to many feeds', async () => {
    const feeds = Array.from({ length: 3 }, (_, i) => `user:${i}`);
    const greedy = feeds.map((feed): [string, ReturnType<typeof notifications>] => [
      'greedy',
      notifications(feed, 1_000, feed),
    ]);
    const entries = await entriesOf([...greedy, ['other', notifications('o', 1, 'topic:other')]]);
    expect(entries.findIndex((entry) => idsOf(entry).includes('o0'))).toBeLessThanOrEqual(2);
  });
});
