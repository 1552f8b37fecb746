import { describe, expect, it } from 'vitest';
import { ErasedContent } from '../deliver/erase/erased-content.ts';
import { ByteWindow } from './byte-window.ts';
import { isRefusedErased, isFullyErased } from './message-content.ts';
import { acknowledgedBelow, idAfter, isLowerId } from './stream-id.ts';
import { sha256 } from '../feed/ids.ts';

describe('stream ids', () => {
  it('should be compared as numbers', () => {
    expect(isLowerId('999-5', '1000-0')).toBe(true);
    expect(isLowerId('1000-10', '1000-9')).toBe(false);
    expect(idAfter('1700000000000-18446744073709551614')).toBe('1700000000000-18446744073709551615');
  });

  it('should allow trimming only messages that all groups have acknowledged, and none if there is no group', () => {
    expect(acknowledgedBelow([])).toBeUndefined();
    const idle = { lastDelivered: '20-0', oldestPending: null };
    expect(acknowledgedBelow([idle])).toBe('20-1');
    expect(acknowledgedBelow([idle, { lastDelivered: '30-0', oldestPending: '9-1' }])).toBe('9-1');
    expect(acknowledgedBelow([idle, { lastDelivered: '0-0', oldestPending: null }])).toBe('0-1');
  });
});

describe("a stream's size", () => {
  it('should shrink by dropping the oldest messages, but never the newest', () => {
    const window = new ByteWindow(10_000);
    const firstKeptIds: string[] = [];
    for (let n = 1; n <= 1_000; n++) {
      const keep = window.add(`${n}-0`, 872);
      if (keep !== undefined) firstKeptIds.push(keep);
      expect(window.bytes).toBeLessThanOrEqual(10_000);
    }
    expect(firstKeptIds.length).toBeGreaterThan(300);
    expect(Number.parseInt(firstKeptIds.at(-1) ?? '', 10)).toBeGreaterThan(985);
    expect(window.add('1001-0', 50_000)).toBe('1001-0');
  });

  it('should exclude messages trimmed by age', () => {
    const window = new ByteWindow(1_000_000);
    for (let n = 1; n <= 3_000; n++) window.add(`${n}-0`, 72);
    window.dropBefore(2_991);
    expect(window.bytes).toBe(10 * 200);
  });
});

describe('a message with erased content', () => {
  const content = new ErasedContent([
    { feed: 'user:ada', before: 5_000 },
    { feed: 'all', ids: ['gone', 'one-in-array:0'] },
  ]);
  const event = (data: unknown, { at = 4_000, time = '', id = 'e' } = {}) => ({
    id: `${at}-0`,
    message: { data: JSON.stringify({ specversion: '1.0', id, data, ...(time && { time }) }) },
  });
  const ada = { feed: 'user:ada', title: 'x' };

  it("should be deleted if all of its notifications were published before the feed's erasure or erased by id", () => {
    expect(isFullyErased(event(ada), content)).toBe(true);
    expect(isFullyErased(event(JSON.stringify(ada)), content)).toBe(true);
    expect(isFullyErased(event({ id: 'gone' }), content)).toBe(true);
    expect(isFullyErased(event({ title: 'x' }, { id: 'gone' }), content)).toBe(true);
    expect(isFullyErased(event(ada, { at: 5_000 }), content)).toBe(false);
    expect(isFullyErased(event(ada, { at: 9_000, time: '1970-01-01T00:00:04Z' }), content)).toBe(true);
    expect(isFullyErased(event([ada, { id: 'gone' }]), content)).toBe(true);
    expect(isFullyErased(event([ada, { id: 'other' }]), content)).toBe(false);
    expect(isFullyErased(event({ id: 'gone', feed: 'topic:a' }), content)).toBe(false);
  });

  it('should also be deleted if it is unreadable or not wrapped in an event', () => {
    expect(isFullyErased({ id: '1-0', message: { data: JSON.stringify(ada) } }, content)).toBe(true);
    expect(isFullyErased({ id: '1-0', message: { data: 'x "user:ada" y' } }, content)).toBe(true);
    expect(isFullyErased({ id: '1-0', message: { data: 'x user:adam' } }, content)).toBe(false);
    expect(isFullyErased({ id: '1-0', message: {} }, content)).toBe(false);
  });

  it('should be deleted entirely if it is a refused event', () => {
    const refusedEvent = (value: unknown, id = 'r') =>
      event({ event: id, errors: [], content: typeof value === 'string' ? value : JSON.stringify(value) });
    expect(isRefusedErased(refusedEvent([ada, { id: 'other' }]), content)).toBe(true);
    expect(isRefusedErased(refusedEvent({ title: 1 }, 'gone'), content)).toBe(true);
    expect(isRefusedErased(refusedEvent('{"feed":"user:ada","tit'), content)).toBe(true);
    expect(isRefusedErased(refusedEvent('"{\\"feed\\":\\"user:ada\\",\\"tit"'), content)).toBe(true);
    const bytes = Buffer.from(`\xff${JSON.stringify(ada)}`, 'latin1').toString('base64');
    expect(isRefusedErased(refusedEvent(JSON.stringify(bytes)), content)).toBe(true);
    expect(isRefusedErased(refusedEvent([{ title: 1 }, { title: 2 }], 'batch'), content)).toBe(false);
    expect(isRefusedErased(refusedEvent([{ title: 1 }], 'one-in-array'), content)).toBe(true);
    expect(isRefusedErased(refusedEvent({ feed: 'user:ben' }), content)).toBe(false);
    expect(isRefusedErased(event('not a refused event'), content)).toBe(false);
  });

  describe('recognized by an id that was derived from the event', () => {
    const HASHED = { alone: 'invalid id', first: 'invalid id:0' };
    const publishedIdOf = (id: string) => `event-${sha256(id).slice(0, 32)}`;
    const item = { title: 'x' };
    const byHash = new ErasedContent([
      {
        feed: 'all',
        ids: [
          publishedIdOf(HASHED.alone),
          publishedIdOf(HASHED.first),
          sha256(JSON.stringify(item)).slice(0, 32),
        ],
      },
    ]);
    const refusedEvent = (value: unknown, id: string) =>
      event({ event: id, errors: [], content: typeof value === 'string' ? value : JSON.stringify(value) });

    it("should be found by the hash of the event's id if the id isn't a valid notification id", () => {
      expect(isFullyErased(event(item, { id: HASHED.alone }), byHash)).toBe(true);
      expect(isFullyErased(event([item], { id: HASHED.alone }), byHash)).toBe(true);
      expect(isFullyErased(event([item, item], { id: HASHED.alone }), byHash)).toBe(false);
      expect(isFullyErased(event(item, { id: 'another invalid id' }), byHash)).toBe(false);
      expect(isRefusedErased(refusedEvent(item, HASHED.alone), byHash)).toBe(true);
      expect(isRefusedErased(refusedEvent([item, item], HASHED.alone), byHash)).toBe(true);
      expect(isRefusedErased(refusedEvent(item, 'another invalid id'), byHash)).toBe(false);
    });

    it('should be found by the hash of its content if there is no event id, and by the hash of the event’s id if the content can’t be read', () => {
      expect(isFullyErased({ id: '1-0', message: { data: JSON.stringify(item) } }, byHash)).toBe(true);
      expect(isFullyErased({ id: '1-0', message: { data: '{"title":"y"}' } }, byHash)).toBe(false);
      expect(isFullyErased(event('not JSON', { id: HASHED.alone }), byHash)).toBe(true);
      expect(isFullyErased(event(7, { id: HASHED.alone }), byHash)).toBe(true);
      expect(isRefusedErased(refusedEvent('{"title":"x', HASHED.alone), byHash)).toBe(true);
      expect(isRefusedErased(refusedEvent('{"title":"x', 'another invalid id'), byHash)).toBe(false);
    });
  });
});
