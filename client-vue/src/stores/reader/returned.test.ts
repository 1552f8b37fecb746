import type { InboxState } from '@tocsin/contracts';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { at, ids, useFreshStores } from '../../../testing/stores.ts';
import { useItems } from '../feeds/items.ts';
import { useSource } from '../source.ts';
import { loadReturned, showReturned } from './returned.ts';

useFreshStores();

const fetched = vi.fn<() => Promise<Response>>();
beforeEach(() => {
  vi.stubGlobal('fetch', fetched);
  fetched.mockReset();
  fetched.mockImplementation(async () => found());
  useSource().set({ url: 'http://bff.example' });
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

const found = () =>
  new Response(
    JSON.stringify({ items: [{ feed: 'all', epoch: 'e', place: 'inbox', ...at(1) }], more: false }),
  );
const INBOX: InboxState = {
  ...{ version: 1, epoch: 'e', seen: 0, unread: [], archived: [] },
  snoozed: [{ id: 'n1', epoch: 'e', offset: 1, until: '2026-06-02T10:00:00Z', due: true }],
};

it('should request a returned notification once per session, and again after an error', async () => {
  fetched.mockImplementationOnce(async () => new Response('{}', { status: 503 }));
  await expect(loadReturned('all', INBOX)).rejects.toThrow(/503/);
  await loadReturned('all', INBOX);
  expect(ids()).toEqual(['n1']);
  useItems().clear('all');
  await loadReturned('all', INBOX);
  expect(ids()).toEqual([]);
  useItems().reset();
  await loadReturned('all', INBOX);
  expect(ids()).toEqual(['n1']);
  expect(fetched).toHaveBeenCalledTimes(3);
});

it('should retry a failed request until it succeeds, is refused or the session ends', async () => {
  vi.useFakeTimers();
  vi.spyOn(console, 'warn').mockReturnValue();
  const failWith = (status: number) =>
    fetched.mockImplementationOnce(async () => new Response('{}', { status }));
  failWith(429);
  void showReturned('all', INBOX);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(ids()).toEqual(['n1']);
  failWith(503);
  useItems().reset();
  void showReturned('all', INBOX);
  await vi.advanceTimersByTimeAsync(0);
  useItems().reset();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(fetched).toHaveBeenCalledTimes(3);
  failWith(403);
  await showReturned('all', INBOX);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(fetched).toHaveBeenCalledTimes(4);
});

it.each([
  ['for the previous reader', () => useItems().reset()],
  ['from an erased feed', () => useItems().clear('all')],
])('should not show notifications that arrive late %s', async (_case, change) => {
  let respond: (response: Response) => void = () => undefined;
  fetched.mockImplementation(() => new Promise((resolve) => (respond = resolve)));
  const loading = loadReturned('all', INBOX);
  await vi.waitFor(() => expect(fetched).toHaveBeenCalled());
  change();
  respond(found());
  await loading;
  expect(ids()).toEqual([]);
});
