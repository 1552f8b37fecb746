import type { LivePublication } from '@tocsin/contracts';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { at, ids, range, useFreshStores } from '../../../testing/stores.ts';
import { useMarks } from '../reader/marks.ts';
import { useSource } from '../source.ts';
import { MAX_ITEMS, useItems } from './items.ts';
import { canLoadOlder, loadOlder } from './older.ts';

useFreshStores();

/** The page that the server returns. */
let page: { more: boolean; publications: LivePublication[] };
beforeEach(() => {
  vi.stubGlobal('fetch', async () => Response.json({ epoch: 'e', offset: 99_999, recovered: true, ...page }));
  useSource().set({ url: 'http://bff.example' });
});
afterEach(() => vi.unstubAllGlobals());

it('should discard a page if the feed was erased before the response arrived', async () => {
  const notifications = useItems();
  notifications.add('all', { epoch: 'e', publications: [at(8)] });
  notifications.older.set('all', { epoch: 'e', before: 8 });
  page = { more: false, publications: [at(7)] };
  const loading = loadOlder(50);
  notifications.clear('all');
  await loading;
  expect(ids()).toEqual([]);
  expect(notifications.older.size).toBe(0);
});

it.each([true, false])(
  'should not load older pages once the list is full (more on the server: %s)',
  async (more) => {
    const notifications = useItems();
    const first = 52;
    notifications.add('all', { epoch: 'e', publications: range(first, first + MAX_ITEMS - 2) });
    notifications.older.set('all', { epoch: 'e', before: first });
    expect(canLoadOlder()).toBe(true);
    page = { more, publications: range(2, first - 1) };
    await loadOlder(50);
    expect(notifications.all).toHaveLength(MAX_ITEMS);
    expect(notifications.older.get('all')).toBe('dropped');
    expect(canLoadOlder()).toBe(false);
  },
);

it('should count archived notifications toward the list limit', () => {
  const notifications = useItems();
  notifications.add('all', { epoch: 'e', publications: range(52, 51 + MAX_ITEMS) });
  notifications.older.set('all', { epoch: 'e', before: 52 });
  useMarks().override(['all/n60'], { place: 'archive' });
  expect(notifications.items).toHaveLength(MAX_ITEMS - 1);
  expect(canLoadOlder()).toBe(false);
});
