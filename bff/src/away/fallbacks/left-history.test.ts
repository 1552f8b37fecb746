import { inboxKey, readKey } from '@tocsin/contracts';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { READER } from '../../../testing/away/deployment.ts';
import { movingFeed, type MovingFeed } from '../../../testing/away/moving-feed.ts';
import { awayKey, hashOfReader, type AwayDocument } from './document.ts';
import { positionsIn } from './positions.ts';

beforeEach(() => void vi.useFakeTimers({ now: new Date('2026-01-01T10:00:00Z') }));
afterEach(() => void vi.useRealTimers());

const KEY = awayKey(hashOfReader(READER));

/** Marks another notification as read and archived. This drops all marks outside the history that aren't needed. */
const markAnother = async (w: MovingFeed, id = 'n25') => {
  await w.read({ ids: [id] });
  await w.archive({ ids: [id] });
};

describe('a notification that leaves the history', () => {
  it('should stay read if it was read by id or by offset', async () => {
    for (const mark of [{ ids: ['n3'] }, { offset: 4 }]) {
      const w = await movingFeed();
      await w.read(mark);
      w.advanceHistory();
      await markAnother(w);
      expect(await w.standings()).toEqual(['read']);
    }
  });

  it('should stay marked as unread, whether it was read by offset or by id', async () => {
    for (const mark of [{ ids: ['n3'] }, { offset: 5 }]) {
      const w = await movingFeed();
      await w.read(mark);
      await w.unread('n3');
      w.advanceHistory();
      expect(await w.standings()).toEqual([expect.stringContaining('open')]);
      await markAnother(w);
      expect(await w.standings()).toEqual([expect.stringContaining('open')]);
    }
  });

  it('should stay archived or snoozed', async () => {
    for (const place of ['archived', 'snoozed']) {
      const w = await movingFeed();
      await (place === 'archived' ? w.archive({ ids: ['n3'] }) : w.snooze('n3'));
      w.advanceHistory();
      await markAnother(w);
      expect(await w.standings()).toEqual([place]);
    }
  });

  it('should stay unread even when the oldest publications in the history are read', async () => {
    const w = await movingFeed();
    w.advanceHistory();
    await w.read({ ids: ['n20', 'n21'] });
    expect(await w.standings()).toEqual(['open']);
    await w.read({ offset: 21 });
    expect(await w.standings()).toEqual(['read']);
  });

  it('should accept marks from a page that still shows it', async () => {
    const w = await movingFeed();
    w.advanceHistory();
    await w.read({ ids: ['n3'] });
    expect(await w.standings()).toEqual(['read']);
    await w.unread('n3');
    expect(await w.standings()).toEqual(['open']);
    await w.read({ ids: ['n3'] });
    expect(await w.standings()).toEqual(['read']);
    await w.archive({ ids: ['n3'] });
    expect(await w.standings()).toEqual(['archived']);
    await w.unarchive('n3');
    expect(await w.standings()).toEqual(['read']);
    await expect(w.snooze('n3')).rejects.toThrow('not in the history');
  });

  it('should stay read if the position is unknown, as in documents from earlier versions', async () => {
    const w = await movingFeed();
    const { value, etag } = (await w.store.read(KEY)) ?? {};
    const { waiting, ...document } = value as AwayDocument;
    const old = { ...document, waiting: waiting.map(({ position: _, ...one }) => one) };
    await w.store.write(KEY, old, etag);
    await w.read({ ids: ['n3'] });
    w.advanceHistory();
    await markAnother(w);
    await w.archive({ ids: ['n3'] });
    expect(await w.standings()).toEqual(['read']);
    expect((await w.inboxes.readFresh(READER))?.feeds[READER]?.archived).toEqual([[25, 25]]);
  });

  it('should be archived when a page that shows it archives everything up to an offset', async () => {
    const w = await movingFeed();
    w.advanceHistory();
    await w.archive({ offset: 2 });
    expect(await w.standings()).toEqual(['open']);
    await w.snooze('n25');
    await w.archive({ offset: 25 });
    expect(await w.standings()).toEqual(['archived']);
  });

  it("should not inherit a newer notification's marks if both have the same id", async () => {
    const w = await movingFeed();
    w.advanceHistory();
    w.feed.replaced.set(28, {
      offset: 28,
      notification: { ...w.item('n3'), createdAt: '2026-01-02T00:00:00Z' },
    });
    await w.read({ ids: ['n3'] });
    expect(await w.standings()).toEqual(['open']);
  });

  it('should leave no marks behind once no fallbacks are waiting', async () => {
    const w = await movingFeed();
    await w.read({ ids: ['n3'] });
    await w.archive({ ids: ['n3'] });
    w.advanceHistory();
    await markAnother(w);
    const ids = async () => (await w.states.readFresh(READER, READER))?.ids;
    const archived = async () => (await w.inboxes.readFresh(READER))?.feeds[READER]?.archived;
    expect([await ids(), await archived()]).toEqual([
      ['n3', 'n25'],
      [
        [3, 3],
        [25, 25],
      ],
    ]);
    await w.store.remove([KEY]);
    await markAnother(w, 'n27');
    expect([await ids(), await archived()]).toEqual([
      ['n25', 'n27'],
      [
        [25, 25],
        [27, 27],
      ],
    ]);
  });
});

describe('marks', () => {
  it('should only cause a search for waiting notifications if a mark would be dropped', async () => {
    const w = await movingFeed();
    await w.read({ offset: 2, ids: ['n5'] });
    await w.unread('n2');
    await w.archive({ ids: ['n4'] });
    await w.states.mark(READER, { feed: 'topic:a', ids: ['gone'] });
    await w.inboxes.archive({ reader: READER, owner: READER }, { feed: 'topic:a', ids: ['gone'] });
    await w.states.mark('client:1', { feed: READER, ids: ['gone'] }, 'address:1');
    expect(w.lookups).toEqual([]);
    w.advanceHistory();
    await w.read({ ids: ['n25'] });
    expect(new Set(w.lookups)).toEqual(new Set([READER]));
  });

  it('should be dropped once outside the history if there are no channels, without reading fallbacks', async () => {
    const w = await movingFeed({ hasChannels: false });
    await w.read({ ids: ['n3'] });
    await w.archive({ ids: ['n3'] });
    w.advanceHistory();
    const read = vi.spyOn(w.store, 'read');
    await markAnother(w);
    expect(read.mock.calls.map(([key]) => key)).not.toContain(KEY);
    expect((await w.states.readFresh(READER, READER))?.ids).toEqual(['n25']);
    expect((await w.inboxes.readFresh(READER))?.feeds[READER]?.archived).toEqual([[25, 25]]);
  });

  it("should be stored even if this version can't read the fallbacks", async () => {
    const w = await movingFeed();
    await w.read({ ids: ['n3'] });
    w.advanceHistory();
    await w.store.write(KEY, { v: 99 }, (await w.store.read(KEY))?.etag);
    await markAnother(w);
    expect((await w.states.readFresh(READER, READER))?.ids).toEqual(['n25']);
    expect(w.unreadable.length).toBeGreaterThan(0);
  });

  it('should be refused if the store is unavailable, without losing any old marks', async () => {
    const w = await movingFeed();
    await w.read({ ids: ['n3'] });
    await w.archive({ ids: ['n3'] });
    w.advanceHistory();
    const read = w.store.read.bind(w.store);
    const failing = vi.spyOn(w.store, 'read').mockImplementation((key) => {
      if (key === KEY) return Promise.reject(new Error('store down'));
      return read(key);
    });
    await expect(w.states.mark(READER, { feed: READER, ids: ['n25'] })).rejects.toThrow('store down');
    await expect(w.archive({ ids: ['n25'] })).rejects.toThrow('store down');
    failing.mockRestore();
    expect((await w.store.read(readKey(READER, READER)))?.value).toMatchObject({ ids: ['n3'] });
    expect((await w.store.read(inboxKey(READER)))?.value).toMatchObject({
      feeds: { [READER]: { archived: [[3, 3]] } },
    });
  });
});

describe('a notification from a previous epoch', () => {
  it('should keep the same standing until marks from the new epoch replace the old marks', async () => {
    const w = await movingFeed();
    await w.read({ offset: 5 });
    await w.unread('n3');
    w.startNewEpoch();
    expect(await w.standings()).toEqual(['open, seen']);
    await w.read({ ids: ['x2'] });
    expect(await w.standings()).toEqual(['open']);
  });

  it('should not count as read just because the unread mark is gone', async () => {
    const w = await movingFeed();
    await w.read({ offset: 5 });
    await w.unread('n3');
    w.startNewEpoch();
    await w.archive({ ids: ['x2'] });
    expect(await w.standings()).toEqual(['open']);
  });

  it('should stay seen until marks from the new epoch replace the old marks', async () => {
    const w = await movingFeed({ unless: 'seen' });
    await w.seen('1-a', 5);
    expect(await w.standings()).toEqual(['open, seen']);
    w.startNewEpoch();
    expect(await w.standings()).toEqual(['open, seen']);
    await w.seen('2-b', 2);
    expect(await w.standings()).toEqual(['open']);
  });

  it('should not be affected by later marks from an old page or by marks from the new epoch', async () => {
    const w = await movingFeed();
    w.startNewEpoch();
    await w.archive({ epoch: '1-a', offset: 6 });
    await w.read({ epoch: '1-a', offset: 6 });
    await w.read({ epoch: '2-b', offset: 4 });
    expect(await w.standings()).toEqual(['open']);
    w.advanceHistory();
    // In the new epoch, offset 3 is a different notification.
    await w.archive({ ids: ['n3'] });
    expect((await w.inboxes.readFresh(READER))?.feeds[READER]?.archived ?? []).toEqual([]);
  });
});

describe('a notification after an undetected store rollback', () => {
  it('should get its standing from its current position in the feed', async () => {
    const w = await movingFeed();
    await w.publish('n6', 6);
    w.feed.replaced.set(5, { offset: 5, notification: w.item('n6') });
    w.feed.replaced.set(6, { offset: 6, notification: w.item('other') });
    await w.archive({ ids: ['other'] });
    expect(await w.standings()).toEqual(['open', 'open']);
    await w.publish('n6', 5);
    w.advanceHistory();
    expect(await w.standings()).toEqual(['open', 'open']);
  });

  it('should count as open if the feed lost it, even if the notification now at that offset was read', async () => {
    const w = await movingFeed();
    w.feed.replaced.set(3, { offset: 3, notification: w.item('other') });
    await w.read({ ids: ['other'] });
    await w.archive({ ids: ['other'] });
    expect(await w.standings()).toEqual(['open']);
  });

  it('should not count as read just because an older notification with the same id was read', async () => {
    const w = await movingFeed();
    await w.publish('daily', 7);
    await w.read({ ids: ['daily'] });
    Object.assign(w.feed, { head: 7 });
    w.feed.replaced.set(7, { offset: 7, notification: w.item('daily') });
    expect(await w.standings()).toEqual(['open', 'open']);
  });
});

it('should find the positions of notifications in the history by creation time and id in the feed', async () => {
  const w = await movingFeed();
  const renamed = { ...w.item('n2'), id: 'n2.ffffffff' };
  w.feed.replaced.set(5, { offset: 5, notification: renamed });
  w.feed.replaced.set(6, { offset: 6, notification: null, id: 'n6', gone: 'replaced' });
  const itemOf = (id: string, more = {}) => ({ notification: { ...w.item(id), ...more }, fallback: [] });
  const event = { ...itemOf('n2'), sourceHash: 'f'.repeat(16) };
  const other = itemOf('n4', { createdAt: '2026-01-01T09:00:00Z' });
  const found = await positionsIn(
    READER,
    [itemOf('n1'), event, other, itemOf('n6'), itemOf('never')],
    w.histories,
  );
  expect([...found].map(([{ notification }, position]) => [notification.id, position])).toEqual([
    ['n1', { epoch: '1-a', offset: 1 }],
    ['n2', { epoch: '1-a', offset: 5, id: 'n2.ffffffff' }],
  ]);
});
