import type { Snoozed } from '@tocsin/contracts';
import { pause } from '@tocsin/contracts/pause';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { MemoryBroadcaster } from '../../memory/broadcaster.ts';
import type { ReaderEvent } from '../events/reader-change.ts';
import { SnoozeTimers } from './snooze-timers.ts';

const ADA = 'user:ada';
const START = Date.parse('2026-05-01T06:00:00Z');
let snoozes: Snoozed[];
let sent: ReaderEvent[];
let faults: number;
let isConnected: boolean;
let channel: MemoryBroadcaster;
let timers: SnoozeTimers;
let fails: boolean;
let eventFails: boolean;
let unreadableFeeds: string[];
let readMs: number;

const snoozed = (id: string, ms: number, feed = 'all'): Snoozed => ({
  ...{ epoch: '1-a', offset: 1, until: new Date(START + ms).toISOString() },
  notification: { id, feed, severity: 'info', title: id, createdAt: '2026-05-01T00:00:00Z' },
});
const times = () => snoozes.map((one) => ({ one, at: Date.parse(one.until) }));

beforeEach(() => {
  vi.useFakeTimers({ now: START });
  [snoozes, sent, faults, isConnected] = [[], [], 0, true];
  [fails, eventFails, unreadableFeeds, readMs] = [false, false, [], 0];
  channel = new MemoryBroadcaster();
  timers = new SnoozeTimers({
    channel,
    inboxes: {
      endedBetween: async (_reader, from, to) => {
        if (fails) throw new Error('store down');
        if (readMs > 0) await pause(readMs);
        return times().flatMap(({ one, at }) => (at > from && at <= to ? [one] : []));
      },
      isShown: async ({ notification }) => {
        if (unreadableFeeds.includes(notification.feed)) throw new Error('feed unreadable');
        return true;
      },
      nextDue: async (_reader, from) => {
        const waiting = times().filter(({ at }) => at > from);
        return waiting.length === 0 ? undefined : Math.min(...waiting.map(({ at }) => at));
      },
      eventOf: async () => {
        if (eventFails) throw new Error('store down');
        return { feed: 'all', version: 1, epoch: '1-a', seen: 0, unread: [], archived: [], snoozed: [] };
      },
    },
    isConnected: () => isConnected,
    send: (event) => sent.push(event),
    onError: () => faults++,
    now: () => Date.now(),
  });
});
afterEach(() => {
  timers.stop();
  vi.useRealTimers();
});
const notifiedIds = () =>
  sent.flatMap((event) =>
    event.name === 'snooze-due' ? event.payload.due.map(({ notification }) => notification.id) : [],
  );

it('should report each snooze when it ends, even hours later, and clean up afterwards', async () => {
  snoozes = [snoozed('b', 5 * 3_600_000), snoozed('a', 60_000)];
  timers.joined(ADA);
  await vi.advanceTimersByTimeAsync(59_000);
  expect(notifiedIds()).toEqual([]);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(notifiedIds()).toEqual(['a']);
  await vi.advanceTimersByTimeAsync(5 * 3_600_000);
  expect(notifiedIds()).toEqual(['a', 'b']);
  expect(timers.size).toBe(0);
});

it("should send only the inbox's state when the snooze of a seen notification ends", async () => {
  snoozes = [{ ...snoozed('a', 60_000), seen: true }];
  timers.joined(ADA);
  await vi.advanceTimersByTimeAsync(59_000);
  expect(sent).toEqual([]);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(sent.map(({ name }) => name)).toEqual(['inbox']);
});

it('should report a snooze that ends while the inbox is being read', async () => {
  snoozes = [snoozed('a', 300)];
  readMs = 500;
  timers.joined(ADA);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(notifiedIds()).toEqual(['a']);
});

it('should recheck when the inbox changes, and tell a connecting reader about recently ended snoozes', async () => {
  timers.joined(ADA);
  await vi.advanceTimersByTimeAsync(1_000);
  snoozes = [snoozed('a', 3_000)];
  await channel.publish({ name: 'inbox', reader: ADA, feed: 'all', version: '1' });
  await vi.advanceTimersByTimeAsync(3_000);
  expect(notifiedIds()).toEqual(['a']);
  timers.joined(ADA);
  await vi.advanceTimersByTimeAsync(0);
  expect(notifiedIds()).toEqual(['a', 'a']);
  await vi.advanceTimersByTimeAsync(11 * 60_000);
  timers.joined(ADA);
  await vi.advanceTimersByTimeAsync(0);
  expect(notifiedIds()).toEqual(['a', 'a']);
});

it('should report an ended snooze even if a change adds it after a later snooze has ended', async () => {
  snoozes = [snoozed('later', 5_000), snoozed('far', 3_600_000)];
  timers.joined(ADA);
  await vi.advanceTimersByTimeAsync(6_000);
  snoozes.push(snoozed('earlier', 2_000));
  await channel.publish({ name: 'inbox', reader: ADA, feed: 'all', version: '2' });
  await vi.advanceTimersByTimeAsync(100);
  expect(notifiedIds()).toEqual(['later', 'earlier']);
});

it('should notify every new connection of recently ended snoozes while other snoozes are pending', async () => {
  snoozes = [snoozed('a', 1_000), snoozed('far', 3_600_000)];
  timers.joined(ADA);
  await vi.advanceTimersByTimeAsync(2_000);
  timers.joined(ADA);
  await vi.advanceTimersByTimeAsync(100);
  expect(notifiedIds()).toEqual(['a', 'a']);
  await channel.publish({ name: 'inbox', reader: ADA, feed: 'all', version: '2' });
  await vi.advanceTimersByTimeAsync(100);
  expect(notifiedIds()).toEqual(['a', 'a']);
});

it('should notify a new connection after a retry if other connections were notified before', async () => {
  snoozes = [snoozed('a', 1_000)];
  timers.joined(ADA);
  await vi.advanceTimersByTimeAsync(2_000);
  eventFails = true;
  timers.joined(ADA);
  await vi.advanceTimersByTimeAsync(100);
  expect([faults, notifiedIds()]).toEqual([1, ['a']]);
  eventFails = false;
  await vi.advanceTimersByTimeAsync(3_000);
  expect(notifiedIds()).toEqual(['a', 'a']);
});

it('should retry if reading the inbox fails, and forget readers without connections', async () => {
  snoozes = [snoozed('a', 1_000), snoozed('b', 60_000)];
  fails = true;
  timers.joined(ADA);
  await vi.advanceTimersByTimeAsync(3_000);
  expect(faults).toBeGreaterThan(0);
  fails = false;
  await vi.advanceTimersByTimeAsync(3_000);
  expect(notifiedIds()).toEqual(['a']);
  isConnected = false;
  timers.left(ADA);
  expect(timers.size).toBe(0);
  await vi.advanceTimersByTimeAsync(120_000);
  expect(notifiedIds()).toEqual(['a']);
});

it('should report a snooze that ended during a long failure', async () => {
  snoozes = [snoozed('a', 1_000), snoozed('far', 3_600_000)];
  timers.joined(ADA);
  await vi.advanceTimersByTimeAsync(100);
  fails = true;
  await vi.advanceTimersByTimeAsync(25 * 60_000);
  fails = false;
  await vi.advanceTimersByTimeAsync(3_000);
  expect(notifiedIds()).toEqual(['a']);
});

it('should report a snooze in an unreadable feed once the feed is readable, and other snoozes when they end', async () => {
  snoozes = [snoozed('a', 1_000), snoozed('a', 1_000, 'topic:b'), snoozed('c', 5_000)];
  unreadableFeeds = ['topic:b'];
  timers.joined(ADA);
  await vi.advanceTimersByTimeAsync(1_100);
  expect([faults, notifiedIds()]).toEqual([1, ['a']]);
  await vi.advanceTimersByTimeAsync(25 * 60_000);
  expect(notifiedIds()).toEqual(['a', 'c']);
  const before = faults;
  await vi.advanceTimersByTimeAsync(5 * 60_000);
  expect(faults - before).toBeLessThan(7);
  expect(timers.size).toBe(1);
  unreadableFeeds = [];
  await vi.advanceTimersByTimeAsync(60_000);
  expect(notifiedIds()).toEqual(['a', 'c', 'a']);
  expect(timers.size).toBe(0);
});

it.each([{ failing: true }, { failing: false }])(
  'should look back only ten minutes if a reader left and returns (reads failed before: $failing)',
  async ({ failing }) => {
    snoozes = [snoozed('a', 1_000), snoozed('far', 3_600_000)];
    [fails, readMs] = [failing, 500];
    timers.joined(ADA);
    await vi.advanceTimersByTimeAsync(100);
    isConnected = false;
    timers.left(ADA);
    await vi.advanceTimersByTimeAsync(11 * 60_000);
    [isConnected, fails] = [true, false];
    timers.joined(ADA);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(notifiedIds()).toEqual([]);
    expect(timers.size).toBe(1);
  },
);
