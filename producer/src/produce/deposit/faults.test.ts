import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LATE_MS, type Call } from '../../../testing/faulty-backend.ts';
import { sleep } from '../../../testing/fake-time.ts';
import { idsOf, laneOf, notification, testProducer } from '../../../testing/test-producer.ts';

beforeEach(() => void vi.useFakeTimers({ now: new Date('2026-01-01T00:00:00Z') }));
afterEach(() => void vi.useRealTimers());

const failing = (step: Call['step'], times: number, how: 'lost' | 'unknown' | 'late' | 'hang') => {
  let left = times;
  return (call: Call) => (call.step === step && left-- > 0 ? how : 'good');
};

describe.each(['lost', 'unknown', 'late', 'hang'] as const)('a call with the failure "%s"', (how) => {
  it.each(['deposit', 'announce'] as const)(
    'should be retried with the same key and content: %s',
    async (step) => {
      const { producer, backend } = testProducer({ requestTimeoutMs: 30_000 });
      backend.fate = failing(step, 3, how);
      const outcome = producer.produce([notification('a')]);
      await sleep(20_000 + LATE_MS);
      expect(await outcome).toBe('accepted');
      expect(backend.callsOf(step).map(({ run, seq, known }) => [run, seq, known])).toEqual(
        [false, false, false, true].map((known) => [backend.calls[0]?.run, 1, known]),
      );
      expect(backend.written.size).toBe(1);
      for (const versions of backend.written.values()) expect(new Set(versions).size).toBe(1);
    },
  );
});

it('should not announce an entry until it is deposited', async () => {
  const { producer, backend } = testProducer();
  backend.fate = ({ step }) => (step === 'deposit' ? 'unknown' : 'good');
  void producer.produce([notification('a')]);
  await sleep(300_000);
  expect(backend.callsOf('announce')).toEqual([]);
});

describe('a late request', () => {
  it('should still finish the parts that have started, and drop the rest', async () => {
    const { producer, backend } = testProducer();
    backend.fate = () => 'lost';
    const first = producer.produce([notification('a')]);
    await sleep(2_000);
    const second = producer.produce([notification('b')]);
    await sleep(3_000);
    expect(await first).toBe('late');
    expect(producer.queued).toBe(2);
    await sleep(2_000);
    expect(await second).toBe('late');
    expect(producer.queued).toBe(1);
    backend.fate = () => 'good';
    await sleep(3_000);
    expect(producer.queued).toBe(0);
    expect(backend.deposited.map(idsOf)).toEqual([['a']]);
    expect(backend.announced.map(({ seq }) => seq)).toEqual([1]);
  });

  it('should no longer count toward the queue length, except for notifications in an entry', async () => {
    const { producer, backend } = testProducer();
    backend.fate = () => 'lost';
    const notifications = Array.from({ length: 1_000 }, (_, n) =>
      notification(`n${n}`, { body: 'x'.repeat(1_000) }),
    );
    const outcome = producer.produce(notifications);
    await sleep(5_000);
    expect(await outcome).toBe('late');
    expect(producer.queued).toBeLessThan(300);
    backend.fate = () => 'good';
    await sleep(3_000);
    expect(producer.queued).toBe(0);
    expect(await producer.produce(notifications)).toBe('accepted');
  });
});

describe('a run', () => {
  it('should end if an entry takes longer than 60 s, then re-announce the last finished entry', async () => {
    const { producer, backend, observer } = testProducer();
    await producer.produce([notification('a')]);
    await producer.produce([notification('b')]);
    backend.fate = ({ step }) => (step === 'announce' ? 'unknown' : 'good');
    void producer.produce([notification('c')]);
    await sleep(70_000);
    expect(observer.events).toContain(`run ended ${laneOf('all')} 3`);
    const ended = backend.announced.at(0)?.run;
    const before = backend.announced.length;
    backend.fate = () => 'good';
    await sleep(3_000);
    expect(await producer.produce([notification('d')])).toBe('accepted');
    await sleep(600_000);
    const laterAnnouncements = backend.announced.slice(before).map(({ run, seq }) => [run === ended, seq]);
    expect(laterAnnouncements).toEqual([
      [true, 2],
      [false, 1],
      [false, 1],
    ]);
    expect(backend.deposited.map(({ run, seq }) => [run === ended, seq])).toEqual([
      [true, 1],
      [true, 2],
      [true, 3],
      [false, 1],
    ]);
  });

  it('should end in time even if the clock is set back', async () => {
    const { producer, backend, observer } = testProducer();
    backend.fate = () => 'lost';
    void producer.produce([notification('a')]);
    await sleep(1_000);
    vi.setSystemTime(Date.now() - 60 * 60 * 1_000);
    await sleep(70_000);
    expect(observer.events).toContain(`run ended ${laneOf('all')} 1`);
  });

  it('should not end within the first 60 s', async () => {
    const { producer, backend, observer } = testProducer();
    backend.fate = () => 'lost';
    void producer.produce([notification('a')]);
    await sleep(57_000);
    backend.fate = () => 'good';
    await sleep(3_000);
    expect(await producer.produce([notification('b')])).toBe('accepted');
    expect(observer.events.filter((line) => line.startsWith('run ended'))).toEqual([]);
    expect(backend.deposited.map(({ seq }) => seq)).toEqual([1, 2]);
  });

  it('should not end when another lane’s run ends', async () => {
    const { producer, backend } = testProducer();
    backend.fate = ({ partition }) => (partition === laneOf('all') ? 'lost' : 'good');
    const other = notification('o', { feed: 'topic:x' });
    await producer.produce([other]);
    void producer.produce([notification('a')]);
    await sleep(70_000);
    await producer.produce([other]);
    expect(backend.deposited.map(({ seq }) => seq)).toEqual([1, 2]);
  });

  it('should not re-announce the last entry after it has expired', async () => {
    const { producer, backend } = testProducer();
    await producer.produce([notification('a')]);
    backend.fate = () => 'lost';
    void producer.produce([notification('b')]);
    await sleep(25 * 3_600_000 + 60_000);
    const attempts = backend.calls.length;
    backend.fate = () => 'good';
    await sleep(600_000);
    expect(backend.calls.length).toBe(attempts);
  });
});
