import {
  DOCUMENT_VERSION,
  MAX_MARKED_RANGES,
  MAX_MARKS_BYTES,
  MAX_SNOOZED,
  MAX_SNOOZED_BYTES,
  type InboxDocument,
  type Snoozed,
} from '@tocsin/contracts';
import { describe, expect, it } from 'vitest';
import { sizeOf } from '../../feed/present.ts';
import { markRead, markSeenUpTo, snoozeUntil, unsnooze } from './changes.ts';
import { limitInbox, parseInbox, TooManySnoozedError } from './document.ts';

const NOW = Date.parse('2026-05-01T00:00:00Z');
const bounds = { feed: 'all', floor: 1, marksMsOf: () => 1_000, snoozesBefore: 0, now: NOW };
const empty: InboxDocument = { v: DOCUMENT_VERSION, version: 1, feeds: {}, snoozed: [] };
const marks = (count: number, at = NOW) => ({
  ...{ epoch: '1-a', seen: 0, unread: [], at },
  archived: Array.from({ length: count }, (_, i): [number, number] => [2 * i + 1, 2 * i + 1]),
});
const snoozed = (id: string, flags: Partial<Snoozed> = {}): Snoozed => ({
  ...{ epoch: '1-a', offset: 1, until: '2026-05-02T00:00:00Z' },
  notification: { id, feed: 'all', severity: 'info', title: id, createdAt: '2026-05-01T00:00:00Z' },
  ...flags,
});

describe('limiting an inbox', () => {
  it('should drop marks outside the history, and then the oldest ranges', () => {
    const { feeds } = limitInbox({ ...empty, feeds: { all: marks(2_000) } }, { ...bounds, floor: 2_501 });
    expect(feeds['all']?.archived[0]?.[0]).toBe(2_501);
    const more = limitInbox({ ...empty, feeds: { all: marks(2_000) } }, bounds);
    expect(more.feeds['all']?.archived).toHaveLength(MAX_MARKED_RANGES);
    expect(more.feeds['all']?.archived.at(-1)).toEqual([3_999, 3_999]);
  });

  it('should keep needed marks outside the history, but drop the oldest marks above the limit', () => {
    const needed = { ...bounds, floor: 3_001, needed: [3, 5, 8] };
    const { feeds } = limitInbox({ ...empty, feeds: { all: marks(1_502) } }, needed);
    expect(feeds['all']?.archived).toEqual([
      [3, 3],
      [5, 5],
      [3_001, 3_001],
      [3_003, 3_003],
    ]);
    const full = limitInbox({ ...empty, feeds: { all: marks(2_499) } }, needed);
    expect(full.feeds['all']?.archived).toHaveLength(MAX_MARKED_RANGES);
    expect(full.feeds['all']?.archived.slice(0, 2)).toEqual([
      [5, 5],
      [3_001, 3_001],
    ]);
  });

  it('should drop the marks of the least recently changed feeds, never of the changed feed', () => {
    const feeds = Object.fromEntries(
      Array.from({ length: 20 }, (_, i) => [`topic:t${i}`, marks(900, NOW - i)]),
    );
    const kept = limitInbox(
      { ...empty, feeds: { all: marks(900, 0), old: marks(1, NOW - 5_000), ...feeds } },
      bounds,
    );
    expect(sizeOf(kept.feeds)).toBeLessThanOrEqual(MAX_MARKS_BYTES);
    expect(Object.keys(kept.feeds)).toContain('all');
    expect(Object.keys(kept.feeds)).toContain('topic:t0');
    expect(Object.keys(kept.feeds)).not.toContain('topic:t19');
    expect(Object.keys(kept.feeds)).not.toContain('old');
  });

  it('should make room for a new snooze by dropping ended snoozes of read notifications, or refuse it', () => {
    const full = Array.from({ length: MAX_SNOOZED }, (_, i) => snoozed(`n${i}`));
    const done = { until: '2026-04-30T00:00:00Z', read: true as const };
    const document = { ...empty, snoozed: [snoozed('done', done), ...full.slice(1), snoozed('new')] };
    const ids = limitInbox(document, bounds).snoozed.map(({ notification }) => notification.id);
    expect(ids).toHaveLength(MAX_SNOOZED);
    expect(ids).not.toContain('done');
    expect(() => limitInbox({ ...empty, snoozed: [...full, snoozed('new')] }, bounds)).toThrow(
      TooManySnoozedError,
    );
  });

  it.each([
    ['marks ended snoozes as seen', markSeenUpTo(0)],
    ['marks a snooze as read', markRead(0, new Set(['a']), new Map())],
    ['ends a snooze', unsnooze(new Set(['b']))],
  ])('should not refuse a change that %s if the snoozes are as large as possible', (_, change) => {
    const two = [snoozed('a', { until: '2026-04-30T00:00:00Z' }), snoozed('b', { offset: 2 })];
    const body = 'x'.repeat(MAX_SNOOZED_BYTES - sizeOf(two) - sizeOf({ body: '' }) + 1);
    const full = two.map((one, i) => ({ ...one, notification: { ...one.notification, ...(i && { body }) } }));
    expect(sizeOf(full)).toBe(MAX_SNOOZED_BYTES);
    const context = { feed: 'all', epoch: '1-b', head: 9, floor: 1, now: NOW };
    const changed = change({ ...empty, snoozed: full }, context);
    const { snoozed: after } = limitInbox(changed, { ...bounds, snoozesBefore: full.length });
    expect(after).toHaveLength(2);
    expect(sizeOf(after)).toBeGreaterThan(MAX_SNOOZED_BYTES);
  });
});

it("should keep a snooze's epoch if a notification with the same id is snoozed in another feed", () => {
  const own = snoozed('a', { epoch: '1-a' });
  const { notification } = snoozed('a');
  const other = snoozed('a', { epoch: '1-b', notification: { ...notification, feed: 'user:ada' } });
  const context = { feed: 'all', epoch: '2-c', head: 9, floor: 1, now: NOW };
  const change = snoozeUntil([{ offset: 1, notification }], '2026-05-03T00:00:00Z');
  const { snoozed: after } = change({ ...empty, snoozed: [own, other] }, context);
  expect(after).toEqual([other, { ...own, until: '2026-05-03T00:00:00Z' }]);
});

it('should not change the archive when a notification from an earlier epoch is snoozed again', () => {
  const own = snoozed('a', { epoch: '1-a' });
  const context = { feed: 'all', epoch: '2-c', head: 9, floor: 1, now: NOW };
  const inEpoch = { ...marks(1), epoch: '2-c', archived: [[1, 1]] as [number, number][] };
  const change = snoozeUntil([{ offset: 1, notification: own.notification }], '2026-05-03T00:00:00Z');
  const after = change({ ...empty, feeds: { all: inEpoch }, snoozed: [own] }, context);
  expect(after).toMatchObject({ feeds: { all: { archived: [[1, 1]] } }, snoozed: [{ epoch: '1-a' }] });
});

it('should keep members that a newer version added, but refuse a document with a later format version', () => {
  const later = { ...empty, feeds: { all: { ...marks(1), pinned: [[1, 1]] } }, colour: 'red' };
  const change = snoozeUntil([], '2026-05-02T00:00:00Z');
  const context = { feed: 'all', epoch: '1-a', head: 9, floor: 1, now: NOW };
  expect(limitInbox(change(parseInbox('inbox:x', later), context), bounds)).toMatchObject({
    ...{ colour: 'red', feeds: { all: { pinned: [[1, 1]] } } },
  });
  expect(() => parseInbox('inbox:x', { ...empty, v: 2 })).toThrow('this version');
});
