import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { MAX_ENTRY_BYTES, partitionEntrySchema } from '@tocsin/contracts';
import { sleep } from '../../testing/fake-time.ts';
import { idsOf, laneOf, notification, testProducer } from '../../testing/test-producer.ts';

beforeEach(() => void vi.useFakeTimers({ now: new Date('2026-01-01T00:00:00Z') }));
afterEach(() => void vi.useRealTimers());

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => `n${from + i}`);
const all = laneOf('all');

describe('a request', () => {
  it('should be accepted as soon as its entry is deposited and announced', async () => {
    const { producer, backend, observer } = testProducer();
    expect(await producer.produce([notification('a')], '00-trace')).toBe('accepted');
    expect(observer.events).toEqual([`deposit ${all} 1`, `announce ${all} 1`]);
    const [entry] = backend.deposited;
    expect(partitionEntrySchema.parse(entry)).toMatchObject({
      ...{ partition: all, seq: 1, traceparent: '00-trace' },
    });
    expect(entry?.notifications).toEqual([notification('a')]);
    expect(Date.parse(entry?.expiresAt ?? '') - Date.now()).toBe(25 * 3_600_000);
    expect(backend.announced).toEqual([
      {
        v: 2,
        run: entry?.run,
        partition: all,
        seq: 1,
        expiresAt: entry?.expiresAt,
        traceparent: '00-trace',
      },
    ]);
    expect(producer.queued).toBe(0);
  });

  it('should share an entry with requests that arrive in the same tick', async () => {
    const due: (() => void)[] = [];
    const { producer, backend } = testProducer({ defer: (begin) => void due.push(begin) });
    const outcomes = ['a', 'b', 'c'].map((id) => producer.produce([notification(id)]));
    expect(backend.deposited).toEqual([]);
    expect(due).toHaveLength(1);
    due[0]?.();
    expect(await Promise.all(outcomes)).toEqual(['accepted', 'accepted', 'accepted']);
    expect(backend.deposited.map(idsOf)).toEqual([['a', 'b', 'c']]);
  });

  it('should not be accepted until the announcement is known to have succeeded', async () => {
    const { producer, backend } = testProducer();
    backend.fate = ({ step }) => (step === 'announce' ? 'unknown' : 'good');
    const outcome = producer.produce([notification('a')]);
    await sleep(4_999);
    expect(producer.queued).toBe(1);
    await sleep(1);
    expect(await outcome).toBe('late');
  });

  it('should be accepted only when the parts for all its feeds are finished', async () => {
    const { producer, backend } = testProducer();
    backend.fate = ({ partition }) => (partition === laneOf('topic:b') ? 'lost' : 'good');
    const notifications = [
      notification('a'),
      notification('b', { feed: 'topic:b' }),
      notification('c', { feed: 'user:c' }),
      notification('d'),
    ];
    const outcome = producer.produce(notifications);
    await sleep(5_000);
    expect(await outcome).toBe('late');
    expect(backend.deposited.map((entry) => [entry.partition, idsOf(entry)])).toEqual([
      [all, ['a', 'd']],
      [laneOf('user:c'), ['c']],
    ]);
    backend.fate = () => 'good';
    const repeated = producer.produce(notifications);
    await sleep(5_000);
    expect(await repeated).toBe('accepted');
  });

  it('should be published even if it contains duplicates, because the feed drops them', async () => {
    const { producer, backend } = testProducer();
    await producer.produce([notification('a'), notification('a')]);
    expect(backend.deposited.map(idsOf)).toEqual([['a', 'a']]);
  });

  it('should be rejected immediately if the queue has too many notifications', async () => {
    const { producer, backend } = testProducer({ maxQueued: 3 });
    backend.fate = () => 'hang';
    void producer.produce([notification('a'), notification('b')]);
    expect(await producer.produce([notification('c'), notification('d')])).toBe('full');
    void producer.produce([notification('e')]);
    expect(await producer.produce([notification('f')])).toBe('full');
    expect(producer.queued).toBe(3);
    backend.fate = () => 'good';
    await sleep(6_000);
    expect(producer.queued).toBe(0);
    expect(await producer.produce([notification('f')])).toBe('accepted');
  });

  it('should be rejected immediately if the queue has too many bytes', async () => {
    const { producer, backend } = testProducer({ maxQueuedBytes: 3_000 });
    backend.fate = () => 'hang';
    void producer.produce([notification('a', { body: 'x'.repeat(1_500) })]);
    expect(await producer.produce([notification('b', { body: 'x'.repeat(1_500) })])).toBe('full');
    backend.fate = () => 'good';
    await sleep(6_000);
    expect(await producer.produce([notification('b', { body: 'x'.repeat(1_500) })])).toBe('accepted');
  });
});

describe('entries', () => {
  it('should contain all requests that arrived while the previous entry was in progress', async () => {
    const { producer, backend } = testProducer();
    backend.latencyMs = 10;
    const outcomes = range(1, 50).map((id) => producer.produce([notification(id)]));
    await sleep(100);
    expect(await Promise.all(outcomes)).toEqual(Array(50).fill('accepted'));
    expect(backend.deposited.map(idsOf)).toEqual([['n1'], range(2, 50)]);
  });

  it('should be processed one at a time in each partition', async () => {
    const { producer, backend } = testProducer();
    const other = laneOf('topic:x');
    backend.latencyMs = 10;
    for (const id of range(1, 6)) void producer.produce([notification(id)]);
    void producer.produce([notification('other', { feed: 'topic:x' })]);
    expect(backend.calls.map(({ partition, seq }) => [partition, seq])).toEqual([
      [all, 1],
      [other, 1],
    ]);
    await sleep(100);
    expect(backend.calls.map(({ step, partition, seq }) => `${step} ${partition} ${seq}`)).toEqual([
      `deposit ${all} 1`,
      `deposit ${other} 1`,
      `announce ${all} 1`,
      `announce ${other} 1`,
      `deposit ${all} 2`,
      `announce ${all} 2`,
    ]);
  });

  it('should contain items for all feeds in the partition', async () => {
    const { producer, backend } = testProducer({ partitions: 1 });
    backend.latencyMs = 10;
    const feeds = ['all', 'topic:a', 'user:b', 'user:c'];
    const outcomes = feeds.map((feed, n) => producer.produce([notification(`n${n}`, { feed })]));
    await sleep(100);
    expect(await Promise.all(outcomes)).toEqual(Array(4).fill('accepted'));
    expect(backend.deposited.map(idsOf)).toEqual([['n0'], ['n1', 'n2', 'n3']]);
  });

  it('should contain at most 1,000 notifications, ordered by request and then by array position', async () => {
    const { producer, backend } = testProducer();
    backend.latencyMs = 10;
    const outcomes = [
      [1, 1],
      [2, 900],
      [901, 1_900],
      [1_901, 1_901],
    ].map(([from = 0, to = 0]) => producer.produce(range(from, to).map((id) => notification(id))));
    await sleep(200);
    expect(await Promise.all(outcomes)).toEqual(Array(4).fill('accepted'));
    expect(backend.deposited.map(({ notifications }) => notifications.length)).toEqual([1, 1_000, 900]);
    expect(backend.deposited.flatMap(idsOf)).toEqual(range(1, 1_901));
    expect(backend.deposited.map(({ seq }) => seq)).toEqual([1, 2, 3]);
    expect(new Set(backend.deposited.map(({ run }) => run)).size).toBe(1);
  });

  it('should stay within 256 KB after the sidecar escapes them, however large the notifications are', async () => {
    const { producer, backend } = testProducer();
    const link = `https://example.com/${'<'.repeat(2_028)}`;
    const largest = {
      feed: `user:${'&'.repeat(255)}`,
      title: '<'.repeat(120),
      body: '\u2028<'.repeat(1_000),
      link,
      source: '>'.repeat(80),
      actions: [1, 2, 3].map(() => ({ label: '&'.repeat(40), link })),
    };
    const outcome = producer.produce(range(1, 40).map((id) => notification(id, largest)));
    await sleep(100);
    expect(await outcome).toBe('accepted');
    const escaped = backend.deposited.map((entry) =>
      JSON.stringify(entry).replace(/[<>&\u2028\u2029]/g, '\\u0000'),
    );
    const sizes = escaped.map((json) => Buffer.byteLength(json));
    expect(Math.max(...sizes)).toBeLessThanOrEqual(MAX_ENTRY_BYTES);
    expect(Math.max(...sizes)).toBeGreaterThan(MAX_ENTRY_BYTES / 2);
    expect(backend.deposited.flatMap(idsOf)).toEqual(range(1, 40));
  });

  it('should not let a small notification overtake a large notification that does not fit', async () => {
    const { producer, backend } = testProducer();
    backend.latencyMs = 10;
    const large = (id: string) => notification(id, { body: '<'.repeat(2_000) });
    const outcomes = [
      producer.produce([notification('n1')]),
      producer.produce(range(2, 60).map(large)),
      producer.produce([notification('n61')]),
    ];
    await sleep(200);
    expect(await Promise.all(outcomes)).toEqual(Array(3).fill('accepted'));
    expect(backend.deposited.length).toBeGreaterThan(3);
    expect(backend.deposited.flatMap(idsOf)).toEqual(range(1, 61));
  });
});

describe('a lane', () => {
  it('should keep its run and sequence number while idle', async () => {
    const { producer, backend } = testProducer();
    for (const id of range(1, 4)) {
      await producer.produce([notification(id)]);
      await sleep(10 * 60_000);
    }
    expect(backend.deposited.map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
    expect(new Set(backend.deposited.map(({ run }) => run)).size).toBe(1);
  });
});

describe('a lane under load', () => {
  const depositTimes = (backend: { callsOf: (step: 'deposit') => { at: number }[] }) =>
    backend.callsOf('deposit').map((call) => call.at - START);
  const START = new Date('2026-01-01T00:00:00Z').getTime();

  it('should pause after an entry for as long as the entry took', async () => {
    const { producer, backend } = testProducer();
    backend.latencyMs = 10;
    const outcomes = [producer.produce([notification('a')])];
    await sleep(5);
    outcomes.push(producer.produce([notification('b')]));
    await sleep(100);
    expect(depositTimes(backend)).toEqual([0, 40]);
    outcomes.push(producer.produce([notification('c')]));
    await sleep(100);
    expect(depositTimes(backend)).toEqual([0, 40, 105]);
    expect(await Promise.all(outcomes)).toEqual(['accepted', 'accepted', 'accepted']);
  });

  it('should not pause for longer than the limit after a slow entry', async () => {
    const { producer, backend } = testProducer();
    backend.latencyMs = 400;
    const outcomes = [producer.produce([notification('a')])];
    await sleep(5);
    outcomes.push(producer.produce([notification('b')]));
    await sleep(2_000);
    expect(depositTimes(backend)).toEqual([0, 850]);
    expect(await Promise.all(outcomes)).toEqual(['accepted', 'accepted']);
  });

  it('should start entries no more often than the interval allows, but immediately after a pause', async () => {
    const { producer, backend } = testProducer({ entryIntervalMs: 200 });
    backend.latencyMs = 10;
    const outcomes = ['a', 'b', 'c'].map((id) => producer.produce([notification(id)]));
    await sleep(100);
    outcomes.push(producer.produce([notification('d')]));
    await sleep(900);
    outcomes.push(producer.produce([notification('e')]));
    await sleep(100);
    // The last entry waits only for the batching delay, which applies because requests shared the previous entry.
    expect(depositTimes(backend)).toEqual([0, 200, 1_004]);
    expect(backend.deposited.map(idsOf)).toEqual([['a'], ['b', 'c', 'd'], ['e']]);
    expect(await Promise.all(outcomes)).toEqual(Array.from({ length: 5 }, () => 'accepted'));
  });

  it('should not wait for the interval after a full entry', async () => {
    const { producer, backend } = testProducer({ entryIntervalMs: 1_000 });
    backend.latencyMs = 10;
    const outcome = producer.produce(Array.from({ length: 2_500 }, (_, n) => notification(`n${n}`)));
    await sleep(200);
    expect(await outcome).toBe('accepted');
    expect(depositTimes(backend)).toEqual([0, 40, 80]);
  });

  it('should not wait for the interval when stopping', async () => {
    const { producer, backend } = testProducer({ entryIntervalMs: 1_000 });
    const outcomes = [producer.produce([notification('a')])];
    await sleep(50);
    outcomes.push(producer.produce([notification('b')]));
    await sleep(50);
    const stopped = producer.stop(8_000);
    await sleep(100);
    await stopped;
    expect(depositTimes(backend)).toEqual([0, 100]);
    expect(await Promise.all(outcomes)).toEqual(['accepted', 'accepted']);
  });

  it('should apply the batching delay only after an entry shared by multiple requests', async () => {
    const due: (() => void)[] = [];
    const { producer, backend } = testProducer({ defer: (begin) => void due.push(begin) });
    const outcomes = ['a', 'b'].map((id) => producer.produce([notification(id)]));
    due.shift()?.();
    await sleep(1_000);
    outcomes.push(producer.produce([notification('c')]));
    await sleep(1_000);
    outcomes.push(producer.produce([notification('d')]));
    due.shift()?.();
    await sleep(1);
    expect(depositTimes(backend)).toEqual([0, 1_004, 2_000]);
    expect(await Promise.all(outcomes)).toEqual(['accepted', 'accepted', 'accepted', 'accepted']);
  });
});
