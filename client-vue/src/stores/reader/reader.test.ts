import { describe, expect, it, vi } from 'vitest';
import { inbox, item, startSession, sendMarksWith } from '../../../testing/reader.ts';
import { at, range, ids, useFreshStores } from '../../../testing/stores.ts';
import { useToasts } from '../../toasts/store.ts';
import { forgetStores } from '../define-store.ts';
import { useItems } from '../feeds/items.ts';
import { useSource } from '../source.ts';
import { useMarks } from './marks.ts';
import { useNotice } from './notice.ts';
import { usePreferences } from './preferences.ts';
import { useReader } from './reader.ts';
import { useUnread } from './unread.ts';

const stored = useFreshStores();

describe('useReader', () => {
  it('should mark all notifications as read in batches, including those marked as unread', async () => {
    const requests = startSession();
    useItems().add('all', { epoch: 'e', publications: range(1, 250) });
    useMarks().mergeReadState('all', { epoch: 'e', offset: 250, ids: [] });
    useMarks().mergeInboxState('all', inbox({ unread: [[1, 250]] }));
    expect(useUnread().count).toBe(250);
    useReader().markAllRead();
    await vi.waitFor(() => expect(requests).toHaveLength(3));
    const read = requests.map(([name, , change]) => [name, (change as { ids: string[] }).ids.length]);
    expect(read).toEqual([
      ['read', 100],
      ['read', 100],
      ['read', 50],
    ]);
  });

  it("should count all of a user feed's notifications as unread on the first visit", () => {
    startSession();
    useItems().add('user:me', { epoch: 'e', publications: range(1, 3) });
    useMarks().mergeReadState('user:me', { epoch: 'e', offset: 0, ids: [] });
    useReader().initFeed('user:me', { epoch: 'e', offset: 3 });
    expect(useUnread().count).toBe(3);
  });

  it('should keep read marks across a reload and count earlier items from another epoch as read', () => {
    useItems().add('all', { epoch: 'e', publications: range(1, 3) });
    useReader().initFeed('all', { epoch: 'e', offset: 1 });
    forgetStores();
    useItems().add('all', { epoch: 'e', publications: range(1, 3) });
    expect(useUnread().count).toBe(2);
    useReader().markAllRead();
    useItems().add('all', { epoch: 'f', publications: [at(9)] });
    expect(useUnread().count).toBe(0);
  });

  it('should keep read marks beyond the newest item when marking all as read', () => {
    startSession();
    useItems().add('all', { epoch: 'e', publications: range(1, 3) });
    useMarks().mergeReadState('all', { epoch: 'e', offset: 4, ids: ['n6'] });
    useReader().markAllRead();
    useItems().add('all', { epoch: 'e', publications: range(4, 6) });
    expect(
      useItems()
        .items.filter(useUnread().isUnread)
        .map(({ offset }) => offset),
    ).toEqual([5]);
  });

  it('should merge read states from the server in any order', () => {
    useItems().add('all', { epoch: 'e', publications: range(1, 6) });
    const marks = useMarks();
    marks.mergeReadState('all', { epoch: 'e', offset: 0, ids: [] });
    expect(marks.reads['all'], 'no mark without a read state').toBe(undefined);
    useReader().initFeed('all', { epoch: 'e', offset: 1 });
    marks.mergeReadState('all', { epoch: 'e', offset: 3, ids: ['n5'] });
    expect(useUnread().count).toBe(2);
    marks.mergeReadState('all', { epoch: 'e', offset: 2, ids: ['n4'] });
    expect(useUnread().count).toBe(1);
    marks.mergeReadState('all', { epoch: 'f', offset: 1, ids: [] });
    marks.mergeReadState('all', { epoch: 'f', offset: 0, ids: [] });
    expect(marks.reads['all']).toMatchObject({ epoch: 'f', offset: 1 });
  });

  it("should send a signed-in reader's changes in order and not store them in the browser", async () => {
    const requests = startSession();
    useItems().add('all', { epoch: 'e', publications: range(1, 3) });
    useReader().initFeed('all', { epoch: 'e', offset: 0 });
    useReader().markRead([item('n3')]);
    expect(useUnread().count).toBe(2);
    useReader().markSeen();
    expect(useUnread()).toMatchObject({ count: 2, unseen: 0 });
    useReader().markAllRead();
    await vi.waitFor(() => expect(requests).toHaveLength(3));
    expect(requests).toEqual([
      ['read', 'all', { ids: ['n3'] }],
      ['seen', 'all', { epoch: 'e', offset: 3 }],
      ['read', 'all', { epoch: 'e', offset: 3 }],
    ]);
    expect(stored.size).toBe(0);
  });

  it('should send the epoch with offsets in case the feed has moved to another epoch', async () => {
    const requests = startSession();
    useItems().add('all', { epoch: 'e', publications: range(1, 3) });
    useReader().markAllRead();
    useItems().add('all', { epoch: 'f', publications: [{ ...at(1), notification: at(4).notification }] });
    useReader().markAllRead();
    await vi.waitFor(() => expect(requests).toHaveLength(2));
    expect(requests.map(([, , change]) => change)).toEqual([
      { epoch: 'e', offset: 3 },
      { epoch: 'f', offset: 1 },
    ]);
  });

  it("should send the newest epoch's position when an older item is back from a snooze", async () => {
    const requests = startSession();
    useItems().add('all', { epoch: 'e', publications: range(1, 1) });
    useReader().initFeed('all', { epoch: 'e', offset: 1 });
    useItems().add('all', { epoch: 'f', publications: [{ ...at(1), notification: at(4).notification }] });
    const until = '2098-01-01T00:00:00Z';
    const returned = { id: 'n1', offset: 1, epoch: 'e', until, due: true as const };
    useMarks().mergeInboxState('all', inbox({ epoch: 'f', snoozed: [returned] }));
    expect(ids(), 'the newest return comes first').toEqual(['n1', 'n4']);
    useReader().markSeen();
    useReader().markAllRead();
    await vi.waitFor(() => expect(requests).toHaveLength(2));
    expect(requests).toEqual([
      ['seen', 'all', { epoch: 'f', offset: 1 }],
      ['read', 'all', { epoch: 'f', offset: 1, ids: ['n1'] }],
    ]);
  });

  it('should mark many items of a feed as read with a single change', () => {
    startSession();
    useItems().add('all', { epoch: 'e', publications: range(1, 200) });
    useReader().initFeed('all', { epoch: 'e', offset: 0 });
    const changes = [vi.spyOn(useMarks(), 'readIds'), vi.spyOn(useToasts(), 'remove')];
    useReader().markRead(useItems().items);
    expect(useUnread().count).toBe(0);
    for (const change of changes) expect(change).toHaveBeenCalledOnce();
  });

  it('should not count archived or muted items and should undo archiving', async () => {
    const requests = startSession();
    useItems().add('all', { epoch: 'e', publications: range(1, 3) });
    useReader().initFeed('all', { epoch: 'e', offset: 0 });
    useReader().archive([item('n2')]);
    expect(useUnread().count).toBe(2);
    expect(ids()).toEqual(['n3', 'n1']);
    useNotice().undo();
    expect(ids()).toEqual(['n3', 'n2', 'n1']);
    await vi.waitFor(() => expect(requests.map(([name]) => name)).toEqual(['archive', 'unarchive']));
    usePreferences().applyMutes({ feeds: ['all'], severities: [] });
    expect(useUnread().count).toBe(0);
    expect(ids()).toHaveLength(3);
  });

  it('should end a running snooze when an archived notification is moved to the inbox', async () => {
    const requests = startSession();
    useItems().add('all', { epoch: 'e', publications: range(1, 3) });
    const snooze = { epoch: 'e', until: '2099-01-01T00:00:00Z', archived: true as const };
    const snoozed = [
      { ...snooze, id: 'n1', offset: 1 },
      { ...snooze, id: 'n2', offset: 2, until: '2026-06-01T10:00:00Z' },
    ];
    useMarks().mergeInboxState('all', inbox({ archived: [[3, 3]], snoozed }));
    useReader().moveToInbox([item('n1'), item('n2'), item('n3')]);
    expect(ids()).toHaveLength(3);
    await vi.waitFor(() => expect(requests).toHaveLength(2));
    expect(requests).toEqual([
      ['unarchive', 'all', { ids: ['n1', 'n2', 'n3'] }],
      ['unsnooze', 'all', { ids: ['n1'] }],
    ]);
    useNotice().undo();
    await vi.waitFor(() => expect(requests).toHaveLength(4));
    expect(requests.slice(2)).toEqual([
      ['snooze', 'all', { ids: ['n1'], until: snooze.until }],
      ['archive', 'all', { ids: ['n1', 'n2', 'n3'] }],
    ]);
  });

  it('should apply marks from other devices and sort returned items by the end of their snooze', () => {
    startSession();
    useItems().add('all', { epoch: 'e', publications: range(1, 4) });
    useReader().initFeed('all', { epoch: 'e', offset: 4 });
    const until = '2026-06-01T10:00:00Z';
    const snoozed = { epoch: 'e', until: '2099-01-01T00:00:00Z' };
    const marks = inbox({
      archived: [[4, 4]],
      unread: [[3, 3]],
      snoozed: [
        { id: 'n1', offset: 1, epoch: 'e', until, due: true },
        { id: 'n2', offset: 2, ...snoozed },
      ],
    });
    useMarks().mergeInboxState('all', marks);
    expect(ids()).toEqual(['n3', 'n1']);
    expect(useUnread()).toMatchObject({ count: 2, unseen: 1 });
    useMarks().mergeInboxState('all', inbox({ version: 0 }));
    const running = marks.snoozed.map(({ id, offset, epoch, until: end }) => ({
      id,
      offset,
      epoch,
      until: end,
    }));
    useMarks().mergeInboxState('all', inbox({ archived: [[4, 4]], snoozed: running }));
    expect(ids(), 'older marks are ignored').toEqual(['n3', 'n1']);
  });

  it("should not send or undo a reader's changes in the next reader's session", async () => {
    let respond = (): void => undefined;
    const requests: unknown[][] = [];
    const senderFor = (reader: string) => async (name: string) => {
      requests.push([reader, name]);
      if (reader === 'ada') await new Promise<void>((resolve) => (respond = resolve));
    };
    sendMarksWith(senderFor('ada'));
    useItems().add('all', { epoch: 'e', publications: range(1, 2) });
    useReader().archive([item('n1')]);
    useReader().archive([item('n2')]);
    await vi.waitFor(() => expect(requests).toHaveLength(1));
    const [remaining] = useItems().items;
    useItems().reset();
    expect(useNotice().notice).toBe(undefined);
    sendMarksWith(senderFor('bob'));
    useReader().markSeen();
    useItems().add('all', { epoch: 'e', publications: range(1, 2) });
    useReader().markRead([item('n1')]);
    await vi.waitFor(() => expect(requests[1]).toEqual(['bob', 'read']));
    respond();
    await vi.waitFor(() => expect(requests[2]).toEqual(['ada', 'archive']));
    useSource().set({ url: '' });
    if (remaining) useReader().markRead([remaining]);
    respond();
    await new Promise((resolve) => setTimeout(resolve));
    expect(requests).toHaveLength(3);
  });

  it.each([
    '{"all":{"epoch":1}}',
    '{"all":{"epoch":"e","offset":0,"at":1780000000000000,"ids":[{"toString":null},1]}}',
  ])('should ignore invalid stored values: %s', (value) => {
    stored.set('tocsin.last-opened', value);
    useItems().add('all', { epoch: 'e', publications: range(1, 3) });
    expect(useUnread().count).toBe(value.includes('ids') ? 3 : 0);
  });
});
