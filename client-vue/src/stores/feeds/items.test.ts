import type { LivePublication } from '@tocsin/contracts';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { forgetStores } from '../define-store.ts';
import { useDismissed } from '../reader/dismissed.ts';
import { MAX_ITEMS, useItems } from './items.ts';
import { useMutes } from '../reader/mutes.ts';
import { useUnread } from '../reader/unread.ts';

const at = (offset: number, expiresAt?: string): LivePublication => ({
  offset,
  notification: {
    id: `n${offset}`,
    feed: 'all',
    severity: 'info',
    title: `n${offset}`,
    createdAt: '2026-06-01T10:00:00Z',
    ...(expiresAt && { expiresAt }),
  },
});
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, n) => at(from + n));
const ids = () => useItems().items.map(({ notification }) => notification.id);

const stored = new Map<string, string>();
beforeEach(() => {
  stored.clear();
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => stored.get(key) ?? null,
    setItem: (key: string, value: string) => stored.set(key, value),
  });
  forgetStores();
});

describe('useItems', () => {
  it('should forget an erased feed, and no other', () => {
    const notifications = useItems();
    notifications.add('all', { epoch: 'e', publications: range(1, 3) });
    notifications.add('topic:x', { epoch: 'e', publications: [at(9)] });
    notifications.older.set('all', { epoch: 'e', before: 1 });
    notifications.remove('all', ['n4']);
    notifications.clear('all');
    expect(ids()).toEqual(['n9']);
    expect(notifications.older.size).toBe(0);
    notifications.add('all', { epoch: 'f', publications: [at(4)] });
    expect(ids()).toContain('n4');
  });

  it('should never show an item that was gone before', () => {
    const notifications = useItems();
    notifications.remove('all', ['n2']);
    notifications.add('all', { epoch: 'e', publications: range(1, 3) });
    expect(ids()).toEqual(['n3', 'n1']);
    notifications.remove('all', ['n1']);
    expect(ids()).toEqual(['n3']);
  });

  it('should keep a bounded number and know that there are older ones', () => {
    const notifications = useItems();
    notifications.add('all', { epoch: 'e', publications: range(1, MAX_ITEMS + 5) });
    expect(notifications.items).toHaveLength(MAX_ITEMS);
    expect(ids().at(-1)).toBe('n6');
    expect(notifications.older.get('all')).toBe('dropped');
  });

  it('should remove expired items', () => {
    const notifications = useItems();
    const soon = new Date(Date.now() + 60_000).toISOString();
    notifications.add('all', {
      epoch: 'e',
      publications: [at(1, '2020-06-01T11:00:00Z'), at(2, soon), at(3)],
    });
    expect(ids()).toEqual(['n3', 'n2']);
    notifications.expire(Date.now() + 120_000);
    expect(ids()).toEqual(['n3']);
  });
});

describe('useUnread', () => {
  it('should not count items of the first visit, but those since the bell was opened', () => {
    const notifications = useItems();
    const unread = useUnread();
    notifications.add('all', { epoch: 'e', publications: range(1, 3) });
    unread.begin('all', { epoch: 'e', offset: 3 });
    expect(unread.count).toBe(0);
    notifications.add('all', { epoch: 'e', publications: range(4, 5) });
    expect(unread.count).toBe(2);
    unread.markAllRead();
    expect(unread.count).toBe(0);
  });

  it('should survive a reload, and go by time in another epoch', () => {
    useItems().add('all', { epoch: 'e', publications: range(1, 3) });
    useUnread().begin('all', { epoch: 'e', offset: 1 });
    forgetStores();
    useItems().add('all', { epoch: 'e', publications: range(1, 3) });
    expect(useUnread().count).toBe(2);
    useUnread().markAllRead();
    useItems().add('all', { epoch: 'f', publications: [at(9)] });
    expect(useUnread().count).toBe(0);
  });

  it("should merge the server's read state, in any order", () => {
    useItems().add('all', { epoch: 'e', publications: range(1, 6) });
    const unread = useUnread();
    unread.heard('all', { epoch: 'e', offset: 0, ids: [] });
    expect(unread.marks['all'], 'a server that knows nothing says nothing').toBe(undefined);
    unread.begin('all', { epoch: 'e', offset: 1 });
    unread.heard('all', { epoch: 'e', offset: 3, ids: ['n5'] });
    expect(unread.count).toBe(2);
    unread.heard('all', { epoch: 'e', offset: 2, ids: ['n4'] });
    expect(unread.count).toBe(1);
    unread.heard('all', { epoch: 'f', offset: 1, ids: [] });
    unread.heard('all', { epoch: 'f', offset: 0, ids: [] });
    expect(unread.marks['all']).toMatchObject({ epoch: 'f', offset: 1 });
  });

  it('should send the read state to the server, and store nothing in the browser for a signed-in reader', () => {
    useItems().add('all', { epoch: 'e', publications: range(1, 3) });
    const told: unknown[] = [];
    const unread = useUnread();
    unread.begins(async (feed, read) => void told.push([feed, read]), true);
    unread.begin('all', { epoch: 'e', offset: 0 });
    unread.markRead(useItems().items[0]!);
    expect(unread.count).toBe(2);
    unread.markAllRead();
    expect(told).toEqual([
      ['all', { ids: ['n3'] }],
      ['all', { offset: 3 }],
    ]);
    expect(stored.size).toBe(0);
  });

  it('should count neither dismissed nor muted items', () => {
    useItems().add('all', { epoch: 'e', publications: range(1, 3) });
    useUnread().begin('all', { epoch: 'e', offset: 0 });
    useDismissed().dismiss('all/n2');
    expect(useUnread().count).toBe(2);
    expect(ids()).toEqual(['n3', 'n1']);
    useMutes().mutes = { feeds: ['all'], severities: [] };
    expect(useUnread().count).toBe(0);
    expect(ids()).toHaveLength(2);
  });

  it('should ignore stored values that it cannot read', () => {
    stored.set('tocsin.last-opened', '{"all":{"epoch":1}}');
    useItems().add('all', { epoch: 'e', publications: range(1, 3) });
    expect(useUnread().count).toBe(0);
  });
});
