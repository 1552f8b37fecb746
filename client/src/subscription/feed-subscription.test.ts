import type { Position, SubscribeAnswer } from '@tocsin/contracts';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { backOff } from '@tocsin/contracts/pause';
import { RecentIds } from '../merge/recent-ids.ts';
import { FeedSubscription } from './feed-subscription.ts';
import { memoryPositions } from './positions.ts';
import type { ClientSocket } from '../connection/socket.ts';
import type { FeedHandlers } from '../types.ts';

type Acknowledge = (error: Error | null, response?: SubscribeAnswer) => void;

const callbacks: Acknowledge[] = [];
const socket = {
  timeout: () => ({
    emit: (_event: string, _request: unknown, acknowledge: Acknowledge) => callbacks.push(acknowledge),
  }),
} as unknown as ClientSocket;
const page = {
  ok: true,
  feed: 'all',
  epoch: 'e',
  offset: 3,
  recovered: true,
  more: false,
  publications: [],
} as const;
const ok = () => callbacks.at(-1)?.(null, { ...page, publications: [] });

const stuck = vi.fn();
const responded = vi.fn();
const report = vi.fn();
let positions = memoryPositions();
const subscribe = (start?: Position, handlers: FeedHandlers = {}) =>
  new FeedSubscription('all', handlers, start, {
    positions,
    reportedSnoozes: new RecentIds(1),
    random: () => 0.5,
    call: (handler) => handler(),
    report,
    changed: () => undefined,
    responded,
    stuck,
  });

const sendPosition = (subscription: FeedSubscription, offset: number) =>
  subscription.received({ name: 'position', payload: { feed: 'all', epoch: 'e', offset } });

beforeEach(() => {
  vi.useFakeTimers();
  positions = memoryPositions();
  callbacks.length = 0;
});
afterEach(() => {
  vi.useRealTimers();
  vi.clearAllMocks();
});

const expiring = (id: string, ms: number) => ({
  ...({ id, feed: 'all', severity: 'info', title: id, createdAt: '2026-01-01T00:00:00Z' } as const),
  expiresAt: new Date(Date.now() + ms).toISOString(),
});

describe('notifications that can expire', () => {
  it('should be removed once and on time, and not be shown if they arrive too late', () => {
    const log: string[] = [];
    const subscription = subscribe(undefined, {
      onPublications: (publications) => log.push(...publications.map(({ notification }) => notification.id)),
      onGone: (ids, reason) => log.push(`${ids.join()} ${reason}`),
    });
    subscription.connected(socket);
    ok();
    const push = (offset: number, notification: ReturnType<typeof expiring>) =>
      subscription.received({
        name: 'publications',
        payload: { feed: 'all', epoch: 'e', publications: [{ offset, notification }] },
      });
    push(4, expiring('a', 1_000));
    push(5, expiring('b', 2_000));
    push(6, expiring('late', -1));
    vi.advanceTimersByTime(1_000);
    subscription.received({ name: 'retracted', payload: { feed: 'all', ids: ['b'] } });
    vi.advanceTimersByTime(5_000);
    expect(log).toEqual(['a', 'b', 'a expired', 'b retracted']);
    expect(subscription.position?.offset).toBe(6);
    push(7, expiring('c', 1_000));
    subscription.end();
    vi.advanceTimersByTime(2_000);
    expect([log.at(-1), vi.getTimerCount()]).toEqual(['c', 0]);
  });

  it('should be removed when the device wakes up, although the timer was suspended', () => {
    const gone: string[] = [];
    const subscription = subscribe(undefined, { onGone: (ids) => gone.push(...ids) });
    subscription.connected(socket);
    ok();
    const publications = [
      { offset: 4, notification: expiring('a', 3_600_000) },
      { offset: 5, notification: expiring('b', 9_000_000) },
    ];
    subscription.received({ name: 'publications', payload: { feed: 'all', epoch: 'e', publications } });
    subscription.disconnected();
    vi.setSystemTime(Date.now() + 8_000_000);
    subscription.wokeUp();
    expect(gone).toEqual(['a']);
    vi.advanceTimersByTime(1_000_000);
    expect(gone).toEqual(['a', 'b']);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('should not expire early if an erased notification had the same id and an earlier expiry', () => {
    const gone: string[] = [];
    const subscription = subscribe(undefined, { onGone: (ids) => gone.push(...ids) });
    subscription.connected(socket);
    ok();
    const erasedOne = { offset: 4, notification: expiring('a', 1_000) };
    subscription.received({
      name: 'publications',
      payload: { feed: 'all', epoch: 'e', publications: [erasedOne] },
    });
    subscription.probe();
    const newOne = { offset: 1, notification: expiring('a', 9_000) };
    callbacks.at(-1)?.(null, {
      ...page,
      ...{ epoch: 'f', offset: 1, recovered: false, erased: true, publications: [newOne] },
    });
    vi.advanceTimersByTime(8_000);
    expect(gone).toEqual([]);
    vi.advanceTimersByTime(1_000);
    expect(gone).toEqual(['a']);
  });
});

describe('FeedSubscription', () => {
  it('should resubscribe after 25 s without events', () => {
    const subscription = subscribe();
    subscription.connected(socket);
    ok();
    vi.advanceTimersByTime(20_000);
    sendPosition(subscription, 3);
    vi.advanceTimersByTime(24_900);
    expect(callbacks).toHaveLength(1);
    vi.advanceTimersByTime(200);
    expect(callbacks).toHaveLength(2);
  });

  it('should resubscribe when the device wakes up, unless an event has arrived since', () => {
    const subscription = subscribe();
    subscription.connected(socket);
    ok();
    vi.setSystemTime(Date.now() + 3_600_000);
    sendPosition(subscription, 3);
    subscription.wokeUp();
    expect(callbacks).toHaveLength(1);
    vi.setSystemTime(Date.now() + 3_600_000);
    subscription.wokeUp();
    expect(callbacks).toHaveLength(2);
  });

  it("should store the start position even if it doesn't change", () => {
    const subscription = subscribe({ epoch: 'e', offset: 3 });
    subscription.connected(socket);
    ok();
    expect(positions.get('all')).toEqual({ epoch: 'e', offset: 3 });
  });

  it('should back off with jitter after temporary refusals', () => {
    const subscription = subscribe();
    subscription.connected(socket);
    for (const pause of [375, 750, 1500]) {
      callbacks.at(-1)?.(null, {
        ok: false,
        error: { code: 'unavailable', message: '', temporary: true },
      });
      const before = callbacks.length;
      vi.advanceTimersByTime(pause - 1);
      expect(callbacks).toHaveLength(before);
      vi.advanceTimersByTime(1);
      expect(callbacks).toHaveLength(before + 1);
    }
    expect(backOff(50, 500, 15_000, () => 1)).toBe(15_000);
  });

  it('should back off for several seconds after a refusal because of too many requests', () => {
    const subscription = subscribe();
    subscription.connected(socket);
    for (const pause of [6_000, 11_250]) {
      callbacks.at(-1)?.(null, {
        ok: false,
        error: { code: 'too_many_requests', message: '', temporary: true },
      });
      const before = callbacks.length;
      vi.advanceTimersByTime(pause - 1);
      expect(callbacks).toHaveLength(before);
      vi.advanceTimersByTime(1);
      expect(callbacks).toHaveLength(before + 1);
    }
  });

  it.each([undefined, null, { ok: false }, { ok: false, error: { code: 'forbidden' } }])(
    'should retry after the malformed response %j',
    (response) => {
      const subscription = subscribe();
      subscription.connected(socket);
      callbacks.at(-1)?.(null, response as unknown as SubscribeAnswer);
      expect(report.mock.lastCall).toMatchObject([{ code: 'malformed' }]);
      vi.advanceTimersByTime(1000);
      ok();
      expect(subscription.live).toBe(true);
    },
  );

  it('should report the connection as stuck after two unanswered subscribe requests', () => {
    const subscription = subscribe();
    subscription.connected(socket);
    callbacks.at(-1)?.(new Error('timed out'));
    expect(stuck).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1000);
    callbacks.at(-1)?.(new Error('timed out'));
    expect(stuck).toHaveBeenCalledOnce();
    expect(report).toHaveBeenCalledTimes(2);
  });

  it('should ignore responses from earlier connections', () => {
    const subscription = subscribe();
    subscription.connected(socket);
    subscription.disconnected();
    subscription.connected(socket);
    callbacks[0]?.(null, { ...page, offset: 99, publications: [] });
    expect(subscription.position).toBe(undefined);
    callbacks[1]?.(null, { ...page, publications: [] });
    expect(subscription.position).toEqual({ epoch: 'e', offset: 3 });
  });

  it('should not call any more handlers after a handler has closed the subscription', () => {
    const log: string[] = [];
    const inbox = { ...{ version: 1, epoch: 'e', seen: 0 }, unread: [], archived: [], snoozed: [] };
    const subscription = subscribe(undefined, {
      onInbox: () => {
        log.push('inbox');
        subscription.end();
      },
      onRead: () => log.push('read'),
      onCaughtUp: () => log.push('caught up'),
    });
    subscription.connected(socket);
    callbacks.at(-1)?.(null, { ...page, publications: [], inbox, read: { offset: 0, ids: [] } });
    expect(log).toEqual(['inbox']);
  });

  it('should not report a refusal after a status handler has closed the subscription', () => {
    const onRefused = vi.fn();
    const subscription = subscribe(undefined, { onRefused });
    responded.mockImplementationOnce(() => subscription.end());
    subscription.connected(socket);
    callbacks.at(-1)?.(null, { ok: false, error: { code: 'forbidden', message: '', temporary: false } });
    expect(onRefused).not.toHaveBeenCalled();
  });

  it("should report that the reader's marks are from an earlier epoch", () => {
    const reads: unknown[] = [];
    const subscription = subscribe(undefined, { onRead: (read) => reads.push(read) });
    subscription.connected(socket);
    const read = { offset: 0, ids: [], earlier: true as const };
    callbacks.at(-1)?.(null, { ...page, publications: [], read });
    expect(reads).toEqual([{ epoch: 'e', ...read }]);
  });

  it('should merge read events that arrived before the response, whatever their order', () => {
    const reads: [number, readonly string[]][] = [];
    const subscription = subscribe(undefined, { onRead: ({ offset, ids }) => reads.push([offset, ids]) });
    subscription.connected(socket);
    for (const [offset, id] of [
      [2, 'c'],
      [1, 'b'],
    ] as const)
      subscription.received({ name: 'read', payload: { feed: 'all', epoch: 'e', offset, ids: [id] } });
    ok();
    expect(reads).toEqual([[2, ['c', 'b']]]);
  });

  it.each(['live', 'in a gap', 'backing off'])(
    'should leave no timers behind when the subscription ends while %s',
    (state) => {
      const subscription = subscribe();
      subscription.connected(socket);
      if (state === 'backing off') {
        callbacks.at(-1)?.(new Error('timed out'));
      } else {
        ok();
        if (state === 'in a gap') sendPosition(subscription, 9);
      }
      expect(vi.getTimerCount()).toBeGreaterThan(0);
      subscription.end();
      expect(vi.getTimerCount()).toBe(0);
    },
  );
});
