import { MAX_ENTRY_NOTIFICATIONS } from '@tocsin/contracts';
import { pause } from '@tocsin/contracts/pause';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { settledWithin, sleep } from '../../testing/fake-time.ts';
import { slowBffs } from '../../testing/slow-bffs.ts';
import { idsOf, notification } from '../../testing/test-producer.ts';
import { TOO_MANY_ENTRIES, TOO_MANY_FEEDS } from './queue/backlog.ts';

beforeEach(() => void vi.useFakeTimers({ now: new Date('2026-01-01T00:00:00Z') }));
afterEach(() => void vi.useRealTimers());

const inFeeds = (count: number) =>
  Array.from({ length: count }, (_, i) => notification(`n${i}`, { feed: `user:${i}` }));

describe('a lane whose entries haven’t been claimed', () => {
  it('should wait until entries with many feeds are claimed, so that accepted notifications arrive soon', async () => {
    const { producer, backend, bffs } = slowBffs();
    expect(await producer.produce(inFeeds(TOO_MANY_FEEDS))).toBe('accepted');
    const next = producer.produce([notification('next')]);
    await sleep(1_000);
    expect(backend.deposited).toHaveLength(1);
    bffs.claimed = 1;
    await sleep(500);
    expect(await next).toBe('accepted');
    expect(backend.deposited.map(idsOf)[1]).toEqual(['next']);
  });

  it('should not wait for entries with few feeds, and should rarely check whether they are claimed', async () => {
    const { producer, bffs, peek } = slowBffs();
    bffs.claimed = Infinity;
    const hundred = Array.from({ length: 100 }, (_, i) => notification(`n${i}`));
    for (let entry = 0; entry < 10 * TOO_MANY_ENTRIES; entry++) {
      expect(await settledWithin(producer.produce(hundred), 100)).toBe('accepted');
    }
    expect(peek).toHaveBeenCalled();
    expect(peek.mock.calls.length).toBeLessThan(15);
  });

  it('should wait at most 2 s after an entry while the bffs work on a long backlog', async () => {
    const { producer, backend, bffs } = slowBffs();
    for (let entry = 1; entry <= 5; entry++) {
      void producer.produce(inFeeds(TOO_MANY_FEEDS));
      await sleep(2_500);
    }
    expect(backend.deposited).toHaveLength(5);
    bffs.claimed = 1;
    expect(await settledWithin(producer.produce(inFeeds(TOO_MANY_FEEDS)), 100)).toBe('accepted');
    const seventh = producer.produce(inFeeds(TOO_MANY_FEEDS));
    expect(await settledWithin(seventh, 1_500)).toBeUndefined();
    expect(await settledWithin(seventh, 1_000)).toBe('accepted');
    bffs.claimed = 2;
    const eighth = producer.produce(inFeeds(TOO_MANY_FEEDS));
    expect(await settledWithin(eighth, 1_000)).toBeUndefined();
    bffs.claimed = 7;
    expect(await settledWithin(eighth, 500)).toBe('accepted');
  });

  it('should wait at most 2 s after an entry, even if every check finds that one more entry was claimed', async () => {
    const { producer, bffs, peek } = slowBffs();
    for (let entry = 1; entry <= 100; entry++) {
      void producer.produce(inFeeds(TOO_MANY_FEEDS));
      await sleep(entry === 1 ? 2_500 : 100);
    }
    peek.mockImplementation(async (key) => {
      await pause(100);
      return Number(key.split(':').at(-1)) > ++bffs.claimed ? '{}' : undefined;
    });
    expect(await settledWithin(producer.produce(inFeeds(TOO_MANY_FEEDS)), 100)).toBe('accepted');
    expect(await settledWithin(producer.produce(inFeeds(TOO_MANY_FEEDS)), 2_500)).toBe('accepted');
    expect(bffs.claimed).toBeLessThan(60);
  });

  it('should give a request that needs several entries enough time to finish while the bffs catch up', async () => {
    const { producer, backend, bffs } = slowBffs();
    void producer.produce(inFeeds(TOO_MANY_FEEDS));
    const advance = setInterval(() => bffs.claimed++, 1_900);
    await sleep(100);
    const five = producer.produce(Array.from({ length: 5 }, () => inFeeds(MAX_ENTRY_NOTIFICATIONS)).flat());
    expect(await settledWithin(five, 4_900)).toBe('accepted');
    expect(backend.deposited).toHaveLength(6);
    clearInterval(advance);
  });

  it('should still wait the full 2 s if an entry splits a request and the remaining items fit in the next entry', async () => {
    const { producer, backend, bffs } = slowBffs();
    void producer.produce(inFeeds(TOO_MANY_FEEDS));
    await sleep(100);
    const items = inFeeds(1_200);
    const batches = [0, 300, 600, 900].map((start) => producer.produce(items.slice(start, start + 300)));
    await sleep(1_500);
    bffs.claimed = 1;
    await sleep(1_900);
    expect(backend.deposited.map(({ notifications }) => notifications.length)).toEqual([400, 1_000]);
    await sleep(700);
    expect(await Promise.all(batches)).toEqual(Array(4).fill('accepted'));
  });

  it('should wait less if an entry splits a request and the remaining items are too large for one entry', async () => {
    const { producer, backend, bffs } = slowBffs();
    void producer.produce(inFeeds(TOO_MANY_FEEDS));
    await sleep(100);
    const large = Array.from({ length: 900 }, (_, i) =>
      notification(`n${i}`, { feed: `user:${i}`, body: 'x'.repeat(500) }),
    );
    const request = producer.produce(large);
    await sleep(1_500);
    bffs.claimed = 1;
    await sleep(1_400);
    expect(backend.deposited).toHaveLength(3);
    expect(await settledWithin(request, 1_900)).toBe('accepted');
    expect(backend.deposited).toHaveLength(4);
  });

  it('should accept requests without waiting while the bffs are down', async () => {
    const { producer } = slowBffs();
    await producer.produce(inFeeds(TOO_MANY_FEEDS));
    expect(await settledWithin(producer.produce(inFeeds(TOO_MANY_FEEDS)), 2_500)).toBe('accepted');
    for (let entry = 0; entry < 100; entry++)
      expect(await settledWithin(producer.produce(inFeeds(TOO_MANY_FEEDS)), 100)).toBe('accepted');
  });

  it('should report how long it waited, or 0 if the first check finds that all entries are claimed', async () => {
    const { producer, observer, bffs, peek } = slowBffs();
    const waited = vi.spyOn(observer, 'waited');
    peek.mockImplementation(async (key) => {
      await pause(20);
      return Number(key.split(':').at(-1)) > bffs.claimed ? '{}' : undefined;
    });
    bffs.claimed = 1;
    await producer.produce(inFeeds(TOO_MANY_FEEDS));
    await sleep(100);
    expect(waited.mock.calls).toEqual([[0]]);
    await producer.produce(inFeeds(TOO_MANY_FEEDS));
    await sleep(1_000);
    bffs.claimed = 2;
    await sleep(500);
    expect(waited).toHaveBeenCalledTimes(2);
    expect(waited.mock.lastCall?.[0]).toBeGreaterThan(1_000);
  });

  it('should give up on a check that gets no response', async () => {
    const { producer, observer, peek } = slowBffs();
    peek.mockReturnValue(new Promise(() => {}));
    await producer.produce(inFeeds(TOO_MANY_FEEDS));
    const next = producer.produce([notification('next')]);
    expect(await settledWithin(next, 3_000)).toBe('accepted');
    expect(observer.events).toContain('failed check 0 1');
  });

  it('should treat an entry as unclaimed if the check fails, and report the failure', async () => {
    const { producer, backend, observer, peek } = slowBffs();
    peek.mockRejectedValue(new Error('no sidecar'));
    await producer.produce(inFeeds(TOO_MANY_FEEDS));
    const next = producer.produce([notification('next')]);
    await sleep(1_000);
    expect(backend.deposited).toHaveLength(1);
    expect(observer.events).toContain('failed check 0 1');
    await sleep(1_100);
    expect(await next).toBe('accepted');
  });

  it('should wait less if the requests’ time limit is short, so that they can still finish', async () => {
    const { producer } = slowBffs({ requestTimeoutMs: 200 });
    await producer.produce(inFeeds(TOO_MANY_FEEDS));
    const next = producer.produce([notification('next')]);
    expect(await settledWithin(next, 199)).toBe('accepted');
  });

  it('should finish its queue during a graceful shutdown without waiting for the bffs', async () => {
    const { producer, backend } = slowBffs();
    await producer.produce(inFeeds(TOO_MANY_FEEDS));
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
