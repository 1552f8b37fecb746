import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { sleep } from '../../../testing/fake-time.ts';
import { laneOf, notification, testProducer } from '../../../testing/test-producer.ts';

beforeEach(() => void vi.useFakeTimers({ now: new Date('2026-01-01T00:00:00Z') }));
afterEach(() => void vi.useRealTimers());

describe('the re-announcer', () => {
  it('should announce a lane’s last entry once more after 60 s', async () => {
    const { producer, backend } = testProducer();
    await producer.produce([notification('a')]);
    await sleep(40_000);
    await producer.produce([notification('b')]);
    await sleep(59_999);
    expect(backend.announced.map(({ seq }) => seq)).toEqual([1, 2]);
    await sleep(1);
    expect(backend.announced.map(({ seq }) => seq)).toEqual([1, 2, 2]);
    await sleep(3_600_000);
    expect(backend.announced).toHaveLength(3);
  });

  it('should retry until the announcement succeeds', async () => {
    const { producer, backend } = testProducer();
    await producer.produce([notification('a')]);
    backend.fate = () => 'lost';
    await sleep(120_000);
    expect(backend.announced).toHaveLength(1);
    backend.fate = () => 'good';
    await sleep(120_000);
    expect(backend.announced).toHaveLength(2);
  });

  it('should stop retrying when a later entry is announced', async () => {
    const { producer, backend } = testProducer();
    await producer.produce([notification('a')]);
    backend.fate = ({ seq }) => (seq === 1 ? 'lost' : 'good');
    await sleep(62_000);
    await producer.produce([notification('b')]);
    backend.fate = () => 'good';
    await sleep(30_000);
    expect(backend.announced.map(({ seq }) => seq)).toEqual([1, 2]);
  });

  it('should also repeat the announcement of an entry that finished after its request had timed out', async () => {
    const { producer, backend } = testProducer();
    backend.latencyMs = 10;
    backend.fate = ({ partition }) => (partition === laneOf('topic:x') ? 'lost' : 'good');
    void producer.produce([notification('a')]);
    void producer.produce([notification('x', { feed: 'topic:x' })]);
    void producer.produce([notification('b')]);
    await sleep(10_000);
    backend.fate = () => 'good';
    await sleep(120_000);
    const announced = backend.announced.map(({ partition, seq }) => `${partition} ${seq}`);
    expect(announced.filter((line) => line === `${laneOf('all')} 2`)).toHaveLength(2);
    expect(announced.filter((line) => line === `${laneOf('topic:x')} 1`)).toHaveLength(2);
  });
});

describe('a graceful shutdown', () => {
  it('should finish accepted requests, repeat pending announcements and reject new requests', async () => {
    const { producer, backend } = testProducer();
    await producer.produce([notification('old', { feed: 'topic:old' })]);
    await sleep(100_000);
    await producer.produce([notification('new', { feed: 'topic:new' })]);
    backend.latencyMs = 10;
    const outcomes = [producer.produce([notification('a')]), producer.produce([notification('b')])];
    const stopped = producer.stop(8_000);
    expect(await producer.produce([notification('c')])).toBe('stopping');
    await sleep(1_000);
    await stopped;
    expect(await Promise.all(outcomes)).toEqual(['accepted', 'accepted']);
    const [oldLane, newLane, allLane] = ['topic:old', 'topic:new', 'all'].map(laneOf);
    const announced = backend.announced.map(({ partition, seq }) => `${partition} ${seq}`);
    expect(announced.slice(0, 5)).toEqual([
      `${oldLane} 1`,
      `${oldLane} 1`,
      `${newLane} 1`,
      `${allLane} 1`,
      `${allLane} 2`,
    ]);
    expect(announced.slice(5).sort()).toEqual([`${newLane} 1`, `${allLane} 2`].sort());
  });

  it('should end within the limit even if the backend hangs, and settle all waiting requests', async () => {
    const { producer, backend } = testProducer({ requestTimeoutMs: 30_000 });
    await producer.produce([notification('a')]);
    backend.fate = () => 'hang';
    const waiting = [producer.produce([notification('b')]), producer.produce([notification('c')])];
    let stopped = false;
    void producer.stop(8_000).then(() => (stopped = true));
    await sleep(8_000);
    expect(stopped).toBe(true);
    expect(await Promise.all(waiting)).toEqual(['stopping', 'stopping']);
    const calls = backend.calls.length;
    await sleep(120_000);
    expect(backend.calls).toHaveLength(calls);
  });
});
