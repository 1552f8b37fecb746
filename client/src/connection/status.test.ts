import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { StatusTracker } from './status.ts';
import type { ClientStatus } from '../types.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it('should change from connecting to live to reconnecting and, after 20 s, to offline', () => {
  const seen: ClientStatus[] = [];
  const tracker = new StatusTracker((status) => seen.push(status));
  tracker.update(false, true);
  expect(tracker.status).toBe('connecting');
  tracker.update(true, true);
  tracker.update(false, true);
  vi.advanceTimersByTime(19_999);
  tracker.update(false, true);
  vi.advanceTimersByTime(1);
  tracker.update(false, true);
  tracker.update(true, true);
  expect(seen).toEqual(['live', 'reconnecting', 'offline', 'live']);
  expect(vi.getTimerCount()).toBe(0);
});

it('should be offline immediately when the device has no network', () => {
  const tracker = new StatusTracker(() => undefined);
  tracker.update(false, false);
  expect(tracker.status).toBe('offline');
  tracker.update(false, true);
  expect(tracker.status).toBe('connecting');
  tracker.stop();
  expect(vi.getTimerCount()).toBe(0);
});
