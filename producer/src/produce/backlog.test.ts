import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { idsOf, notification, testProducer } from '../../testing/test-producer.ts';
import type { ProducerOptions } from './producer.ts';
import { MAX_ENTRIES, MAX_FEEDS } from './queue/backlog.ts';

beforeEach(() => void vi.useFakeTimers({ now: new Date('2026-01-01T00:00:00Z') }));
afterEach(() => void vi.useRealTimers());

const sleep = (ms: number) => vi.advanceTimersByTimeAsync(ms);
const inFeeds = (count: number) =>
  Array.from({ length: count }, (_, i) => notification(`n${i}`, { feed: `user:${i}` }));

/** A producer with a single lane, and bffs that claim nothing until `claimAll`. */
function slowBffs(options: Partial<ProducerOptions> = {}) {
  const parts = testProducer({ partitions: 1, ...options });
  let areAway = true;
  const peek = vi.fn<(key: string) => Promise<string | undefined>>(async () => (areAway ? '{}' : undefined));
  parts.backend.peek = peek;
  return { ...parts, peek, claimAll: () => (areAway = false) };
}

describe('a lane whose entries aren’t claimed', () => {
  it('should wait until entries with many feeds are claimed, so that accepted notifications arrive soon', async () => {
    const { producer, backend, claimAll, peek } = slowBffs();
    expect(await producer.produce(inFeeds(MAX_FEEDS))).toBe('accepted');
    const next = producer.produce([notification('next')]);
    await sleep(1_000);
    expect(backend.deposited).toHaveLength(1);
    expect(peek).toHaveBeenCalledWith(expect.stringMatching(/:1$/));
    claimAll();
    await sleep(100);
    expect(await next).toBe('accepted');
    expect(backend.deposited.map(idsOf)[1]).toEqual(['next']);
  });

  it('should not check entries with few feeds, and check many entries only now and then', async () => {
    const { producer, peek } = slowBffs();
    const hundred = Array.from({ length: 100 }, (_, i) => notification(`n${i}`));
    for (let entry = 1; entry < MAX_ENTRIES; entry++) {
      void producer.produce(hundred);
      await sleep(100);
    }
    expect(peek).not.toHaveBeenCalled();
    void producer.produce(hundred);
    await sleep(100);
    expect(peek).toHaveBeenCalled();
  });

  it('should accept without waiting once the bffs are known to be away, and wait again when they are back', async () => {
    const { producer, backend, claimAll, peek } = slowBffs();
    await producer.produce(inFeeds(MAX_FEEDS));
    const second = producer.produce(inFeeds(MAX_FEEDS));
    await sleep(2_100);
    expect(await second).toBe('accepted');
    const third = producer.produce(inFeeds(MAX_FEEDS));
    await sleep(100);
    expect(await third).toBe('accepted');
    claimAll();
    await producer.produce(inFeeds(MAX_FEEDS));
    await sleep(100);
    peek.mockResolvedValue('{}');
    await producer.produce(inFeeds(MAX_FEEDS));
    void producer.produce([notification('next')]);
    await sleep(1_000);
    expect(backend.deposited).toHaveLength(5);
  });

  it('should treat a failed check like an unclaimed entry, and report it', async () => {
    const { producer, backend, observer, peek } = slowBffs();
    peek.mockRejectedValue(new Error('no sidecar'));
    await producer.produce(inFeeds(MAX_FEEDS));
    const next = producer.produce([notification('next')]);
    await sleep(1_000);
    expect(backend.deposited).toHaveLength(1);
    expect(observer.events).toContain('failed check 0 1');
    await sleep(1_100);
    expect(await next).toBe('accepted');
  });

  it('should leave a request enough time if the requests’ time limit is short', async () => {
    const { producer } = slowBffs({ requestTimeoutMs: 200 });
    await producer.produce(inFeeds(MAX_FEEDS));
    const next = producer.produce([notification('next')]);
    await sleep(199);
    expect(await next).toBe('accepted');
  });

  it('should finish its queue during a graceful stop without waiting for the bffs', async () => {
    const { producer, backend } = slowBffs();
    await producer.produce(inFeeds(MAX_FEEDS));
    const next = producer.produce([notification('next')]);
    await sleep(50);
    expect(backend.deposited).toHaveLength(1);
    const stopped = producer.stop(8_000);
    await sleep(100);
    expect(await next).toBe('accepted');
    await sleep(8_000);
    await stopped;
  });
});
