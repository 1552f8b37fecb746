import type { SetAside } from '@tocsin/contracts';
import { expect, it } from 'vitest';
import { ErasedContent } from './erased-content.ts';
import { withoutErased } from './without-erased.ts';
import { sha256 } from '../../feed/ids.ts';

const ERASED_AT = Date.parse('2026-01-01T00:00:00Z');
const BEFORE_ERASURE = '2025-12-31T23:59:59Z';
const content = new ErasedContent([
  { feed: 'user:ada', before: ERASED_AT },
  { feed: 'all', ids: ['gone'] },
]);
const record = (value: unknown, members: Partial<SetAside> = {}): SetAside => ({
  ...{ v: 1, entry: 'event:1', feed: '', reason: 'invalid', faults: [], at: BEFORE_ERASURE },
  ...{ content: typeof value === 'string' ? value : JSON.stringify(value), ...members },
});

it('should not change a record without erased content', () => {
  for (const unchanged of [
    record({ id: 'gone', feed: 'topic:a' }),
    record({ feed: 'user:ada' }, { at: '2026-01-01T00:02:00Z' }),
    record('"user:adam", not JSON'),
    { ...record(''), content: null },
  ])
    expect(withoutErased(unchanged, content)).toBe(unchanged);
});

it('should drop a record if all its content was erased, even if it was set aside shortly after the erasure', () => {
  expect(withoutErased(record({ feed: 'user:ada' }), content)).toBeUndefined();
  expect(
    withoutErased(record({ feed: 'user:ada' }, { at: '2026-01-01T00:00:50Z' }), content),
  ).toBeUndefined();
  expect(withoutErased(record('{"feed":"user:ada","ti'), content)).toBeUndefined();
  expect(
    withoutErased(record({ notifications: [{ id: 'gone' }] }, { feed: 'all' }), content),
  ).toBeUndefined();
});

it("should drop a record if its event's id was erased", () => {
  const refused = record({ title: 1 }, { feed: 'all', event: 'gone' });
  expect(withoutErased(refused, content)).toBeUndefined();
  expect(withoutErased({ ...refused, event: 'other' }, content)).toEqual({ ...refused, event: 'other' });
});

it("should remove an event's items by the ids that they got when the record was put back", () => {
  const putBack = new ErasedContent([{ feed: 'all', ids: ['event:1:1', 'event:2'] }]);
  const refused = record([{ title: 'a' }, { title: 'b' }], { event: 'e' });
  expect(withoutErased(refused, putBack)?.content).toBe('[{"title":"a","id":"event:1:0"}]');
  expect(withoutErased(record({ title: 'a' }, { entry: 'event:2', event: 'e' }), putBack)).toBeUndefined();
});

it('should keep the remaining items and their ids, however often the record is searched', () => {
  const putBack = new ErasedContent([{ feed: 'all', ids: ['event:1:1'] }]);
  const items = ['a', 'b', 'c', 'd'].map((title) => ({ title }));
  const once = withoutErased(record(items, { event: 'e' }), putBack);
  expect(JSON.parse(once?.content ?? '')).toEqual([
    { title: 'a', id: 'event:1:0' },
    { title: 'c', id: 'event:1:2' },
    { title: 'd', id: 'event:1:3' },
  ]);
  expect(once && withoutErased(once, putBack)).toBe(once);
  for (const id of ['e:2', 'event:1:2']) {
    const twice = once && withoutErased(once, new ErasedContent([{ feed: 'all', ids: [id] }]));
    expect(JSON.parse(twice?.content ?? '')).toEqual([
      { title: 'a', id: 'event:1:0' },
      { title: 'd', id: 'event:1:3' },
    ]);
  }
});

it("should not mistake an entry item's own id for one derived from the record's name", () => {
  const erasedContent = new ErasedContent([{ feed: 'user:bob', ids: ['entry:1:0'] }]);
  const entry = record(
    { notifications: [{ id: 'entry:1:0' }, { id: 'b' }] },
    { entry: 'entry:1', feed: 'user:bob' },
  );
  expect(withoutErased(entry, erasedContent)?.content).toBe('{"notifications":[{"id":"b"}]}');
});

it('should drop a record if the id that its event would be published under was erased', () => {
  const byHash = new ErasedContent([{ feed: 'all', ids: [`event-${sha256('invalid id').slice(0, 32)}`] }]);
  for (const value of [{ title: 1 }, 'not JSON', 7]) {
    const refused = record(value, { event: 'invalid id' });
    expect(withoutErased(refused, byHash)).toBeUndefined();
    const other = { ...refused, event: 'another invalid id' };
    expect(withoutErased(other, byHash)).toBe(other);
  }
});

it('should remove erased items and keep the rest', () => {
  const event = record([{ id: 'gone', title: 'a' }, { id: 'stays' }]);
  expect(withoutErased(event, content)).toEqual({ ...event, content: '[{"id":"stays"}]' });
  const late = { id: 'late', createdAt: '2026-01-01T00:00:01Z' };
  const entry = record(
    { seq: 1, notifications: [{ id: 'early', createdAt: BEFORE_ERASURE }, late] },
    { feed: 'user:ada', entry: 'entry:P0000001:user:ada:1' },
  );
  expect(withoutErased(entry, content)?.content).toBe(JSON.stringify({ seq: 1, notifications: [late] }));
});
