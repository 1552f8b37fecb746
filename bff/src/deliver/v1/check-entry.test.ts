import { DOCUMENT_VERSION } from '@tocsin/contracts';
import { describe, expect, it } from 'vitest';
import { checkEntry } from './check-entry.ts';

const place = { run: 'P0000001', feed: 'all', seq: 3 };
const NOW = Date.parse('2026-01-01T00:00:00Z');
const notification = {
  id: 'a',
  feed: 'all',
  severity: 'info',
  title: 'A',
  createdAt: '2026-01-01T00:00:00Z',
};
const entry = (members: object = {}) =>
  JSON.stringify({
    v: DOCUMENT_VERSION,
    ...place,
    expiresAt: '2026-01-02T00:00:00Z',
    notifications: [notification],
    ...members,
  });

it('should accept the announced entry', () => {
  expect(checkEntry(place, entry(), NOW)).toMatchObject({ seq: 3, items: [notification] });
});

it('should accept retractions and erasures among the notifications and keep the order', () => {
  const at = '2026-01-01T00:00:00Z';
  const items = [{ retract: 'b', feed: 'all', at }, notification, { erase: true, feed: 'all', at }];
  expect(checkEntry(place, entry({ notifications: items }), NOW)).toMatchObject({ seq: 3, items });
});

it('should accept an expired notification, so that it still gets an offset', () => {
  const expired = { ...notification, expiresAt: '2025-01-01T00:00:00Z' };
  expect(checkEntry(place, entry({ notifications: [expired] }), NOW)).toMatchObject({
    items: [expired],
  });
});

describe('a refused entry', () => {
  it.each([
    ['not JSON', '{"v":1', 'invalid'],
    ['not an entry', '[]', 'invalid'],
    ['with another version', entry({ v: 2 }), 'invalid'],
    ['from another run', entry({ run: 'P0000002' }), 'invalid'],
    ['for another feed', entry({ feed: 'topic:x' }), 'invalid'],
    ['with another number', entry({ seq: 4 }), 'invalid'],
    ['without notifications', entry({ notifications: [] }), 'invalid'],
    [
      'with a notification for another feed',
      entry({ notifications: [{ ...notification, feed: 'topic:x' }] }),
      'invalid',
    ],
    ['with one bad notification', entry({ notifications: [notification, { id: 'b' }] }), 'invalid'],
    [
      'with a retraction for another feed',
      entry({ notifications: [{ retract: 'a', feed: 'topic:x', at: '2026-01-01T00:00:00Z' }] }),
      'invalid',
    ],
    [
      'with an invalid id to retract',
      entry({ notifications: [{ retract: 'a b', feed: 'all', at: '2026-01-01T00:00:00Z' }] }),
      'invalid',
    ],
    [
      'with an invalid erasure',
      entry({ notifications: [{ erase: false, feed: 'all', at: '2026-01-01T00:00:00Z' }] }),
      'invalid',
    ],
    ['expired', entry({ expiresAt: '2026-01-01T00:00:00Z' }), 'expired'],
  ])('should have a reason and errors: %s', (_name, text, refused) => {
    const checked = checkEntry(place, text, NOW);
    expect(checked).toMatchObject({ seq: 3, refused });
    expect('faults' in checked && checked.faults.length).toBeGreaterThan(0);
  });
});
