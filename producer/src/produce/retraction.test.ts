import type { EntryItem, Retraction } from '@tocsin/contracts';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { notification, testProducer } from '../../testing/test-producer.ts';
import type { ProducerOptions } from './producer.ts';

beforeEach(() => void vi.useFakeTimers({ now: new Date('2026-01-01T00:00:00Z') }));
afterEach(() => void vi.useRealTimers());

const sleep = (ms: number) => vi.advanceTimersByTimeAsync(ms);
const retraction = (id: string): Retraction => ({
  retract: id,
  feed: 'all',
  at: new Date().toISOString(),
});

/** A producer with a single lane, and bffs that claim the first `claimed` entries. */
function slowBffs(options: Partial<ProducerOptions> = {}) {
  const parts = testProducer({ partitions: 1, ...options });
  const bffs = { claimed: 0 };
  parts.backend.peek = async (key) => (Number(key.split(':').at(-1)) > bffs.claimed ? '{}' : undefined);
  /** The outcome by then; `undefined` if there is none. */
  const produce = (...items: EntryItem[]) => {
    const request: { outcome?: string } = {};
    void parts.producer.produce(items).then((outcome) => (request.outcome = outcome));
    return request;
  };
  return { ...parts, bffs, produce };
}

describe('a retraction', () => {
  it('should not be acknowledged before its entry is claimed, so that no other producer can be faster', async () => {
    const { produce, bffs } = slowBffs();
    const retracted = produce(retraction('a'));
    await sleep(1_900);
    expect(retracted.outcome).toBeUndefined();
    bffs.claimed = 1;
    await sleep(500);
    expect(retracted.outcome).toBe('accepted');
  });

  it('should be acknowledged after 2 s without the bffs, and from then on without a wait until they are back', async () => {
    const { produce, bffs } = slowBffs();
    const first = produce(retraction('a'));
    await sleep(1_900);
    expect(first.outcome).toBeUndefined();
    await sleep(200);
    expect(first.outcome).toBe('accepted');
    for (const id of ['b', 'c', 'd']) {
      const next = produce(retraction(id));
      await sleep(100);
      expect(next.outcome).toBe('accepted');
    }
    bffs.claimed = 4;
    const fifth = produce(retraction('e'));
    await sleep(1_900);
    expect(fifth.outcome).toBeUndefined();
    bffs.claimed = 5;
    await sleep(500);
    expect(fifth.outcome).toBe('accepted');
  });

  it('should be acknowledged within the request’s time limit, even if its entry took most of that', async () => {
    const { produce, backend } = slowBffs();
    backend.latencyMs = 1_500;
    const retracted = produce(retraction('a'));
    await sleep(3_900);
    expect(retracted.outcome).toBeUndefined();
    await sleep(200);
    expect(retracted.outcome).toBe('accepted');
  });

  it('should not delay other requests in its entry, or the lane’s next entry', async () => {
    const { produce, backend } = slowBffs();
    produce(notification('first'));
    const retracted = produce(retraction('a'));
    const other = produce(notification('other'));
    await sleep(50);
    const next = produce(notification('next'));
    await sleep(100);
    expect(backend.deposited.map(({ notifications }) => notifications.length)).toEqual([1, 2, 1]);
    expect([retracted.outcome, other.outcome, next.outcome]).toEqual([undefined, 'accepted', 'accepted']);
  });

  it('should be acknowledged at once during a graceful stop', async () => {
    const { produce, producer } = slowBffs();
    const retracted = produce(retraction('a'));
    await sleep(50);
    expect(retracted.outcome).toBeUndefined();
    const last = produce(notification('b'), retraction('b'));
    const stopped = producer.stop(8_000);
    await sleep(100);
    expect([retracted.outcome, last.outcome]).toEqual(['accepted', 'accepted']);
    await sleep(8_000);
    await stopped;
  });
});
