import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { idsOf, notification, testProducer } from '../../testing/test-producer.ts';

beforeEach(() => void vi.useFakeTimers({ now: new Date('2026-01-01T00:00:00Z') }));
afterEach(() => void vi.useRealTimers());

it('should not begin the next entry early if stopped during an entry while a rest timer is pending', async () => {
  const { producer, backend } = testProducer();
  backend.latencyMs = 10;
  const outcomes = [producer.produce([notification('a')])];
  await vi.advanceTimersByTimeAsync(25);
  outcomes.push(producer.produce([notification('b')]));
  // Afterwards, the lane's remaining rest is too short for a timer, so the next request starts the entry immediately.
  await vi.advanceTimersByTimeAsync(14.5);
  outcomes.push(producer.produce([notification('c')]));
  outcomes.push(producer.produce([notification('d')]));
  const stopped = producer.stop(8_000);
  await vi.advanceTimersByTimeAsync(1_000);
  await stopped;
  expect(await Promise.all(outcomes)).toEqual(Array.from({ length: 4 }, () => 'accepted'));
  expect(backend.deposited.map(idsOf)).toEqual([['a'], ['b', 'c'], ['d']]);
  expect(backend.deposited.map(({ seq }) => seq)).toEqual([1, 2, 3]);
});
