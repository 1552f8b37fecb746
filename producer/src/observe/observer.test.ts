import { createRegistry, type Logger } from '@tocsin/service';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { EntryFacts } from '../produce/ports.ts';
import { createMetrics } from './metrics.ts';
import { LogObserver, observeSchedules } from './observer.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('should warn about a failing step at most once a second, even if the clock is set back', () => {
  const warn = vi.fn();
  const observer = new LogObserver({ warn } as unknown as Logger, createMetrics(createRegistry()));
  const fail = () => observer.failed('deposit', { run: 'a', partition: 0, seq: 1 } as EntryFacts, 'down');
  fail();
  fail();
  vi.advanceTimersByTime(1_000);
  vi.setSystemTime(0);
  fail();
  expect(warn.mock.calls.map(([facts]) => (facts as { alike?: number }).alike)).toEqual([undefined, 1]);
});

it('should count failed attempts to deliver schedules', async () => {
  const registry = createRegistry();
  const observer = observeSchedules({ warn: vi.fn() } as unknown as Logger, createMetrics(registry));
  observer.failed('fire', new Error('down'));
  const metrics = await registry.metrics();
  expect(metrics).toContain('tocsin_producer_schedule_failures_total{step="fire"} 1');
  expect(metrics).toContain('tocsin_producer_schedule_failures_total{step="look"} 0');
});
