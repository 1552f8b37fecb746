import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { at, ids, useFreshStores } from '../../../testing/stores.ts';
import { useSource } from '../source.ts';
import { useItems } from './items.ts';
import { loadOlder } from './older.ts';

useFreshStores();

let answer: (response: Response) => void;
beforeEach(() => {
  vi.stubGlobal('fetch', () => new Promise<Response>((resolve) => (answer = resolve)));
  useSource().set({ url: 'http://bff.example' });
});
afterEach(() => vi.unstubAllGlobals());

it('should discard a page if the feed was erased before the response arrived', async () => {
  const page = { epoch: 'e', offset: 9, recovered: true, more: false, publications: [at(7)] };
  const notifications = useItems();
  notifications.add('all', { epoch: 'e', publications: [at(8)] });
  notifications.older.set('all', { epoch: 'e', before: 8 });
  const loading = loadOlder(50);
  await vi.waitFor(() => expect(answer).toBeDefined());
  notifications.clear('all');
  answer(new Response(JSON.stringify(page)));
  await loading;
  expect(ids()).toEqual([]);
  expect(notifications.older.size).toBe(0);
});
