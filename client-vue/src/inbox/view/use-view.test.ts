import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Found } from '@tocsin/contracts';
import { effectScope, nextTick, type EffectScope } from 'vue';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { at, range, useFreshStores } from '../../../testing/stores.ts';
import { useClock } from '../../stores/clock.ts';
import { useConnection } from '../../stores/connection.ts';
import { useItems } from '../../stores/feeds/items.ts';
import { useReader } from '../../stores/reader/reader.ts';
import { useSource } from '../../stores/source.ts';
import { useView, type View } from './use-view.ts';

useFreshStores();
let server: Server;
/** The URL of the last request. */
let requested = '';
/** The server's search results. */
let found: Found[] = [];
/** The cursor of the server's next page, if any. */
let cursor: string | undefined;
let isDown = false;
let beforeResponse = (): void => undefined;
let scope: EffectScope;
let view: View;

beforeEach(async () => {
  scope = effectScope(true);
  found = [];
  cursor = undefined;
  isDown = false;
  beforeResponse = () => undefined;
  server = createServer(({ url = '' }, response) => {
    requested = url;
    const body = JSON.stringify({ items: found, more: cursor !== undefined, cursor });
    beforeResponse();
    if (isDown) response.statusCode = 503;
    response.end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  useSource().set({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
  useConnection().reset(['all']);
});
afterEach(() => {
  scope.stop();
  server.closeAllConnections();
  server.close();
});

const unread = (offset: number, more = {}): Found => {
  const { notification } = at(offset);
  return {
    ...{ feed: 'all', epoch: 'e', offset, notification: { ...notification, ...more } },
    ...{ place: 'inbox', unread: true, unseen: false },
  };
};

/** Opens the Unread tab and waits for the server's response. Returns a function that returns the ids shown. */
async function openUnread(): Promise<() => string[]> {
  view = scope.run(() => useView())!;
  view.tab = 'unread';
  await vi.waitFor(() => expect(view.searchStatus).toBe('done'));
  return () => view.shown.map(({ notification }) => notification.id);
}

describe('the Unread tab', () => {
  beforeEach(() => {
    useReader().initFeed('all', { epoch: 'e', offset: 0 });
    useItems().add('all', { epoch: 'e', publications: range(5, 6) });
  });

  it('should not show retracted notifications, whether loaded or found, even if the results arrive after the retraction', async () => {
    found = [unread(6), unread(5), unread(4), unread(3), unread(2)];
    beforeResponse = () => useItems().remove('all', ['n2']);
    const shown = await openUnread();
    expect(shown()).toEqual(['n6', 'n5', 'n4', 'n3']);
    useItems().remove('all', ['n5', 'n3']);
    expect(shown()).toEqual(['n6', 'n4']);
  });

  it('should not show notifications replaced by another notification with the same key', async () => {
    found = [unread(6), unread(4, { collapseKey: 'k' }), unread(3, { collapseKey: 'other' })];
    const shown = await openUnread();
    expect(shown()).toEqual(['n6', 'n5', 'n4', 'n3']);
    const { offset, notification } = at(7);
    const publications = [{ offset, notification: { ...notification, collapseKey: 'k' } }];
    useItems().add('all', { epoch: 'e', publications });
    expect(shown()).toEqual(['n7', 'n6', 'n5', 'n3']);
  });

  it('should show the found notification if the loaded notification with the same key is older', async () => {
    useItems().add('all', {
      epoch: 'e',
      publications: [4].map((offset) => ({
        offset,
        notification: { ...at(offset).notification, collapseKey: 'k' },
      })),
    });
    found = [unread(8, { collapseKey: 'k' }), unread(6)];
    const shown = await openUnread();
    expect(shown()).toContain('n8');
  });

  it('should not show expired notifications', async () => {
    found = [unread(4, { expiresAt: new Date(Date.now() + 60_000).toISOString() })];
    const shown = await openUnread();
    expect(shown()).toContain('n4');
    useClock().now += 61_000;
    expect(shown()).not.toContain('n4');
  });

  it('should not show erased notifications that the server found before the erasure', async () => {
    found = [unread(4)];
    const shown = await openUnread();
    expect(shown()).toEqual(['n6', 'n5', 'n4']);
    useItems().clear('all');
    expect(shown()).toEqual([]);
    beforeResponse = () => useItems().clear('all');
    expect((await openUnread())()).toEqual([]);
  });

  it('should not search feeds that the server refuses', async () => {
    useConnection().reset(['all', 'topic:closed']);
    useConnection().refuse('topic:closed', 'not permitted');
    await openUnread();
    expect(new URL(requested, 'http://x').searchParams.getAll('feed')).toEqual(['all']);
  });

  it("should not show a reader's notifications or search to the next reader", async () => {
    found = [unread(4)];
    const shown = await openUnread();
    useItems().reset();
    expect(shown()).toEqual([]);
    useItems().add('all', { epoch: 'e', publications: [at(9)] });
    await nextTick();
    expect([view.tab, view.searchStatus, shown()]).toEqual(['all', 'idle', ['n9']]);
  });
});

it('should tell whether new notifications appear in the list', () => {
  view = scope.run(() => useView())!;
  const plain = view.filter;
  const listings = (['all', 'unread', 'archive', 'snoozed'] as const).map((tab) => {
    view.tab = tab;
    view.filter = plain;
    const unfiltered = view.showsArrivals;
    view.filter = { ...plain, severity: 'error' };
    return [tab, unfiltered, view.showsArrivals];
  });
  expect(listings).toEqual([
    ['all', true, false],
    ['unread', true, false],
    ['archive', false, false],
    ['snoozed', false, false],
  ]);
});

describe('a failed search', () => {
  beforeEach(() => useReader().initFeed('all', { epoch: 'e', offset: 0 }));

  it('should run again once the connection is live again', async () => {
    found = [unread(4)];
    isDown = true;
    view = scope.run(() => useView())!;
    view.tab = 'unread';
    await vi.waitFor(() => expect(view.searchStatus).toBe('failed'));
    isDown = false;
    useConnection().changed('live');
    await vi.waitFor(() => expect(view.searchStatus).toBe('done'));
    expect(view.shown).toHaveLength(1);
  });

  it('should keep its results and load the next page later', async () => {
    found = [unread(4)];
    cursor = 'next';
    const shown = await openUnread();
    isDown = true;
    await expect(view.loadMore()).rejects.toThrow();
    expect([view.searchStatus, view.more, shown()]).toEqual(['done', true, ['n4']]);
    isDown = false;
    [found, cursor] = [[unread(3)], undefined];
    await view.loadMore();
    expect(new URL(requested, 'http://x').searchParams.get('cursor')).toBe('next');
    expect([view.more, shown()]).toEqual([false, ['n4', 'n3']]);
  });
});
