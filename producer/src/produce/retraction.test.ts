import type { EntryItem, Retraction } from '@tocsin/contracts';
import { pause } from '@tocsin/contracts/pause';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { settledWithin, sleep } from '../../testing/fake-time.ts';
import { slowBffs } from '../../testing/slow-bffs.ts';
import { notification } from '../../testing/test-producer.ts';
import type { ProducerOptions } from './producer.ts';

beforeEach(() => void vi.useFakeTimers({ now: new Date('2026-01-01T00:00:00Z') }));
afterEach(() => void vi.useRealTimers());

const retraction = (id: string): Retraction => ({
  retract: id,
  feed: 'all',
  at: new Date().toISOString(),
});

function producerWithSlowBffs(options: Partial<ProducerOptions> = {}) {
  const parts = slowBffs(options);
  /** Starts a request. Sets `outcome` in the returned object when the request has settled. */
  const produce = (...items: EntryItem[]) => {
    const request: { outcome?: string } = {};
    void parts.producer.produce(items).then((outcome) => (request.outcome = outcome));
    return request;
  };
  const countUnclaimed = () => parts.observer.events.filter((event) => event === 'unclaimed').length;
  return { ...parts, produce, countUnclaimed };
}

it('an erasure should not be acknowledged before its entry is claimed, or it could remove later notifications', async () => {
  const { produce, bffs, countUnclaimed } = producerWithSlowBffs();
  const erased = produce({ erase: true, feed: 'all', at: new Date().toISOString() });
  await sleep(1_500);
  expect(erased.outcome).toBeUndefined();
  bffs.claimed = 1;
  await sleep(500);
  expect([erased.outcome, countUnclaimed()]).toEqual(['accepted', 0]);
});

describe('a retraction', () => {
  it('should not be acknowledged before its entry is claimed, so that no other producer’s entry can overtake it', async () => {
    const { produce, bffs, countUnclaimed } = producerWithSlowBffs();
    const retracted = produce(retraction('a'));
    await sleep(1_500);
    expect(retracted.outcome).toBeUndefined();
    bffs.claimed = 1;
    await sleep(500);
    expect([retracted.outcome, countUnclaimed()]).toEqual(['accepted', 0]);
  });

  it('should be acknowledged after 2 s if the bffs are down, and later retractions immediately until the bffs are back', async () => {
    const { produce, bffs, countUnclaimed } = producerWithSlowBffs();
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
    expect(countUnclaimed()).toBe(4);
    bffs.claimed = 4;
    await sleep(500);
    const fifth = produce(retraction('e'));
    await sleep(1_500);
    expect(fifth.outcome).toBeUndefined();
    bffs.claimed = 5;
    await sleep(500);
    expect([fifth.outcome, countUnclaimed()]).toEqual(['accepted', 4]);
  });

  it('should wait again once a later entry is claimed, even if an earlier entry is never claimed', async () => {
    const { produce, bffs } = producerWithSlowBffs();
    bffs.stuck = 1;
    const stuck = produce(retraction('a'));
    await sleep(2_100);
    expect(stuck.outcome).toBe('accepted');
    bffs.claimed = 2;
    produce(retraction('b'));
    await sleep(100);
    const third = produce(retraction('c'));
    await sleep(1_500);
    expect(third.outcome).toBeUndefined();
    bffs.claimed = 3;
    await sleep(500);
    expect(third.outcome).toBe('accepted');
  });

  it('should be acknowledged within the time limit, even if depositing and announcing takes most of it', async () => {
    const { produce, backend } = producerWithSlowBffs();
    backend.latencyMs = 1_500;
    const retracted = produce(retraction('a'));
    await sleep(3_900);
    expect(retracted.outcome).toBeUndefined();
    await sleep(200);
    expect(retracted.outcome).toBe('accepted');
  });

  it('should still wait if an older retraction in its entry has no time left', async () => {
    const { produce, backend, bffs } = producerWithSlowBffs();
    backend.latencyMs = 1_500;
    produce(notification('first'));
    const old = produce(retraction('a'));
    await sleep(2_900);
    const recent = produce(retraction('b'));
    await sleep(3_250);
    expect([old.outcome, recent.outcome]).toEqual(['late', undefined]);
    bffs.claimed = 2;
    await sleep(600);
    expect(recent.outcome).toBe('accepted');
  });

  it('should be checked again if a check gets no response', async () => {
    const { produce, peek, countUnclaimed } = producerWithSlowBffs();
    peek.mockReturnValueOnce(new Promise(() => {})).mockResolvedValue(undefined);
    const retracted = produce(retraction('a'));
    await sleep(700);
    expect([retracted.outcome, countUnclaimed()]).toEqual(['accepted', 0]);
  });

  it('should make the next retraction wait, too, if the bffs claim the entry just as the wait ends', async () => {
    const { produce, bffs } = producerWithSlowBffs();
    produce(retraction('a'));
    await sleep(1_999);
    bffs.claimed = 1;
    await sleep(100);
    const next = produce(retraction('b'));
    await sleep(1_000);
    expect(next.outcome).toBeUndefined();
  });

  it('should be acknowledged within a short time limit, even if a check gets no response', async () => {
    const { produce, peek } = producerWithSlowBffs({ requestTimeoutMs: 200 });
    peek.mockReturnValue(new Promise(() => {}));
    for (const id of ['a', 'b']) {
      const retracted = produce(retraction(id));
      await sleep(199);
      expect(retracted.outcome).toBe('accepted');
    }
  });

  it('should not delay other requests in its entry, or the lane’s next entry', async () => {
    const { produce, backend } = producerWithSlowBffs();
    produce(notification('first'));
    const retracted = produce(retraction('a'));
    const other = produce(notification('other'));
    await sleep(50);
    const next = produce(notification('next'));
    await sleep(100);
    expect(backend.deposited.map(({ notifications }) => notifications.length)).toEqual([1, 2, 1]);
    expect([retracted.outcome, other.outcome, next.outcome]).toEqual([undefined, 'accepted', 'accepted']);
  });

  it('should cause one check at a time, however many retractions wait', async () => {
    const { produce, bffs, peek } = producerWithSlowBffs();
    let inFlight = 0;
    let most = 0;
    peek.mockImplementation(async (key) => {
      most = Math.max(most, ++inFlight);
      await pause(20);
      inFlight--;
      return Number(key.split(':').at(-1)) > bffs.claimed ? '{}' : undefined;
    });
    const all: { outcome?: string }[] = [];
    for (let i = 0; i < 10; i++) {
      all.push(produce(retraction(`r${i}`)));
      await sleep(100);
    }
    expect(all.map(({ outcome }) => outcome)).toEqual(Array(10).fill(undefined));
    bffs.claimed = 10;
    await sleep(900);
    expect(all.map(({ outcome }) => outcome)).toEqual(Array(10).fill('accepted'));
    expect([most, peek.mock.calls.length < 30]).toEqual([1, true]);
  });

  it('should still wait for the bffs during a graceful shutdown', async () => {
    const { produce, producer, bffs } = producerWithSlowBffs();
    const retracted = produce(retraction('a'));
    await sleep(50);
    const stopped = producer.stop(8_000);
    await sleep(1_000);
    expect(retracted.outcome).toBeUndefined();
    bffs.claimed = 1;
    await sleep(500);
    expect(retracted.outcome).toBe('accepted');
    expect(
      await settledWithin(
        stopped.then(() => 'stopped'),
        100,
      ),
    ).toBe('stopped');
  });

  it('should be accepted at the end of a graceful shutdown if the bffs are down', async () => {
    const { produce, producer } = producerWithSlowBffs();
    const retracted = produce(retraction('a'));
    await sleep(50);
    const stopped = producer.stop(2_000);
    await sleep(2_000);
    expect(retracted.outcome).toBe('accepted');
    await stopped;
  });
});
