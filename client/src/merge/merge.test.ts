import type { Publication } from '@tocsin/contracts';
import { describe, expect, it } from 'vitest';
import { FeedMerge } from './merge.ts';
import type { MergeEffect } from './merge-types.ts';

const at = (offset: number, id = `n${offset}`): Publication => ({
  offset,
  notification: { id, feed: 'all', severity: 'info', title: id, createdAt: '2026-01-01T00:00:00Z' },
});
const gone = (offset: number, id: string): Publication => ({
  offset,
  notification: null,
  id,
  gone: 'retracted',
});
const range = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => at(from + index));
const page = (
  offset: number,
  publications: Publication[] = [],
  more = false,
  recovered = true,
  epoch = 'e',
) => ({
  epoch,
  offset,
  recovered,
  more,
  publications,
});

const shown = (effects: MergeEffect[]) =>
  effects.flatMap((effect) =>
    effect.type === 'show' ? effect.publications.map((p) => p.notification.id) : [],
  );
const types = (effects: MergeEffect[]) => effects.map(({ type }) => type);

function subscribedAt(offset = 10): FeedMerge {
  const merge = new FeedMerge();
  merge.handle({ type: 'connected' });
  merge.handle({ type: 'answer', page: page(offset) });
  return merge;
}
const push = (merge: FeedMerge, publications: Publication[], epoch = 'e') =>
  merge.handle({ type: 'publications', epoch, publications });

describe('FeedMerge', () => {
  it('should subscribe from the current position when connected', () => {
    const merge = new FeedMerge({ epoch: 'e', offset: 3 });
    expect(merge.handle({ type: 'connected' })).toEqual([
      { type: 'subscribe', position: { epoch: 'e', offset: 3 } },
    ]);
  });

  it('should buffer pushes until the acknowledgement and merge them after it', () => {
    const merge = new FeedMerge();
    merge.handle({ type: 'connected' });
    expect(push(merge, range(9, 12))).toEqual([]);
    const effects = merge.handle({ type: 'answer', page: page(10) });
    expect(shown(effects)).toEqual(['n11', 'n12']);
    expect(merge.position).toEqual({ epoch: 'e', offset: 12 });
  });

  it('should advance offset by offset and request missing publications if a gap stays open', () => {
    const merge = subscribedAt();
    const effects = push(merge, [at(12)]);
    expect(types(effects)).toEqual(['gap-opened']);
    expect(merge.handle({ type: 'gap-stayed' })).toEqual([
      { type: 'subscribe', position: { epoch: 'e', offset: 10 } },
    ]);
    expect(shown(merge.handle({ type: 'answer', page: page(11, [at(11)]) }))).toEqual(['n11', 'n12']);
  });

  it('should close a gap when the missing push arrives', () => {
    const merge = subscribedAt();
    push(merge, [at(12)]);
    const effects = push(merge, [at(11)]);
    expect(shown(effects)).toEqual(['n11', 'n12']);
    expect(types(effects)).toContain('gap-closed');
  });

  it('should show a repeated notification once but advance the position past the repetition', () => {
    const merge = subscribedAt();
    push(merge, [at(11, 'a')]);
    expect(shown(push(merge, [at(12, 'a'), at(13, 'b')]))).toEqual(['b']);
    expect(merge.position?.offset).toBe(13);
  });

  it('should never show a notification that is already gone', () => {
    const merge = subscribedAt();
    expect(push(merge, [gone(11, 'a'), at(12, 'a')])).toEqual([
      { type: 'gone', ids: ['a'], reason: 'retracted' },
      { type: 'moved', position: { epoch: 'e', offset: 12 } },
    ]);
  });

  it('should remove a notification when it is gone', () => {
    const merge = subscribedAt();
    push(merge, [at(11, 'a')]);
    expect(types(push(merge, [gone(12, 'a')]))).toEqual(['gone', 'moved']);
  });

  it('should show only the newest notification with a collapse key', () => {
    const withKey = (offset: number, collapseKey: string): Publication => {
      const publication = at(offset);
      if (publication.notification) publication.notification.collapseKey = collapseKey;
      return publication;
    };
    const merge = subscribedAt();
    expect(push(merge, [withKey(11, 'k'), withKey(12, 'l'), withKey(13, 'k')])).toEqual([
      expect.objectContaining({ type: 'show', publications: [withKey(12, 'l'), withKey(13, 'k')] }),
      { type: 'gone', ids: ['n11'], reason: 'replaced' },
      { type: 'moved', position: { epoch: 'e', offset: 13 } },
    ]);
    const effects = push(merge, [withKey(14, 'k'), at(15)]);
    expect(shown(effects)).toEqual(['n14', 'n15']);
    expect(effects).toContainEqual({ type: 'gone', ids: ['n13'], reason: 'replaced' });
    expect(types(push(merge, [at(16)]))).not.toContain('gone');
  });

  it('should remove a replaced notification even if its replacement is already gone', () => {
    const merge = subscribedAt();
    push(merge, [at(11, 'a')]);
    expect(push(merge, [{ ...gone(12, 'b'), replaces: 'a' }])).toEqual([
      { type: 'gone', ids: ['a'], reason: 'replaced' },
      { type: 'gone', ids: ['b'], reason: 'retracted' },
      { type: 'moved', position: { epoch: 'e', offset: 12 } },
    ]);
  });

  it('should immediately remove retracted notifications, including behind a gap, and never show them later', () => {
    const merge = subscribedAt();
    push(merge, [at(11, 'a')]);
    push(merge, [at(13, 'b')]);
    expect(merge.handle({ type: 'retracted', ids: ['a', 'b'] })).toEqual([
      { type: 'gone', ids: ['a', 'b'], reason: 'retracted' },
    ]);
    expect(shown(push(merge, [at(12, 'c')]))).toEqual(['c']);
    expect(merge.position?.offset).toBe(13);
  });

  it('should resubscribe immediately when an event without publications announces a new epoch', () => {
    const merge = subscribedAt();
    push(merge, [at(11, 'a'), gone(12, 'b')]);
    expect(types(push(merge, [], 'e2'))).toEqual(['subscribe']);
    const response = { ...page(0, [], false, false, 'e2'), erased: true as const };
    const effects = merge.handle({ type: 'answer', page: response });
    expect(types(effects)).toEqual(['missed', 'moved', 'caught-up']);
    expect(effects[0]).toMatchObject({ erased: true });
    expect(shown(push(merge, [at(1, 'a'), at(2, 'b')], 'e2'))).toEqual(['a', 'b']);
  });

  it("should resubscribe immediately from a page's last publication if more follow", () => {
    const merge = new FeedMerge({ epoch: 'e', offset: 0 });
    merge.handle({ type: 'connected' });
    const first = merge.handle({ type: 'answer', page: page(2, range(1, 2), true) });
    expect(first.at(-1)).toEqual({ type: 'subscribe', position: { epoch: 'e', offset: 2 } });
    const second = merge.handle({ type: 'answer', page: page(3, [at(3)]) });
    expect(second.at(-1)).toEqual({ type: 'caught-up', away: true });
  });

  it('should back off if an empty page claims that more follow', () => {
    const merge = new FeedMerge({ epoch: 'e', offset: 5 });
    merge.handle({ type: 'connected' });
    expect(types(merge.handle({ type: 'answer', page: page(9, [], true) }))).toEqual(['ask-later']);
    expect(merge.position?.offset).toBe(5);
  });

  it('should accept a lower position from a response, but not show notifications again', () => {
    const merge = subscribedAt();
    push(merge, range(11, 13));
    merge.handle({ type: 'disconnected' });
    merge.handle({ type: 'connected' });
    const effects = merge.handle({ type: 'answer', page: page(11, range(10, 11), false, false) });
    expect(shown(effects)).toEqual(['n10']);
    expect(effects).toContainEqual({
      type: 'missed',
      from: { epoch: 'e', offset: 13 },
      to: { epoch: 'e', offset: 11 },
      erased: false,
    });
    expect(merge.position?.offset).toBe(11);
    expect(shown(push(merge, [at(12, 'new')]))).toEqual(['new']);
  });

  it('should treat a page with missing offsets as a gap', () => {
    const merge = new FeedMerge({ epoch: 'e', offset: 5 });
    merge.handle({ type: 'connected' });
    const effects = merge.handle({ type: 'answer', page: page(8, [at(6), at(8)]) });
    expect(types(effects)).toContain('missed');
  });

  it('should resubscribe on a push from another epoch, but not again if the response has the old epoch', () => {
    const merge = subscribedAt();
    expect(types(push(merge, [at(1, 'x')], 'f'))).toEqual(['subscribe']);
    merge.handle({ type: 'answer', page: page(10) });
    expect(types(push(merge, [at(2, 'y')], 'f'))).toEqual(['gap-opened']);
  });

  it('should not show notifications again if they return in another epoch', () => {
    const merge = subscribedAt();
    push(merge, [at(11, 'a')]);
    push(merge, [at(1, 'a')], 'f');
    const effects = merge.handle({
      type: 'answer',
      page: page(2, [at(1, 'a'), at(2, 'b')], false, false, 'f'),
    });
    expect(shown(effects)).toEqual(['b']);
    expect(merge.position).toEqual({ epoch: 'f', offset: 2 });
  });

  it("should report a gap when an announced position differs from the client's position", () => {
    const merge = subscribedAt();
    expect(types(merge.handle({ type: 'position', position: { epoch: 'e', offset: 11 } }))).toEqual([
      'gap-opened',
    ]);
    expect(types(push(merge, [at(11)]))).toContain('gap-closed');
    expect(types(merge.handle({ type: 'position', position: { epoch: 'e', offset: 9 } }))).toEqual([
      'gap-opened',
    ]);
  });

  it('should ignore positions while a subscribe request is pending', () => {
    const merge = subscribedAt();
    merge.handle({ type: 'silence' });
    expect(merge.handle({ type: 'position', position: { epoch: 'e', offset: 99 } })).toEqual([]);
  });

  it('should not resubscribe after a refusal until the backoff is over', () => {
    const merge = new FeedMerge();
    merge.handle({ type: 'connected' });
    expect(types(merge.handle({ type: 'refused' }))).toEqual(['ask-later']);
    expect(push(merge, [at(1)], 'f')).toEqual([]);
    expect(types(merge.handle({ type: 'retry' }))).toEqual(['subscribe']);
  });

  it('should limit buffered pushes', () => {
    const merge = new FeedMerge(undefined, 3);
    merge.handle({ type: 'connected' });
    push(merge, range(1, 10));
    const effects = merge.handle({ type: 'answer', page: page(0) });
    expect(shown(effects)).toEqual([]);
    expect(types(effects)).toContain('gap-opened');
  });

  it('should distinguish between publications missed while disconnected and those missed in a gap', () => {
    const merge = new FeedMerge({ epoch: 'e', offset: 0 });
    merge.handle({ type: 'connected' });
    const away = merge.handle({ type: 'answer', page: page(1, [at(1)]) });
    expect(away).toContainEqual(expect.objectContaining({ type: 'show', delivery: 'recovered', away: true }));
    push(merge, [at(3)]);
    merge.handle({ type: 'gap-stayed' });
    const inGap = merge.handle({ type: 'answer', page: page(3, range(2, 3)) });
    expect(inGap).toContainEqual(
      expect.objectContaining({ type: 'show', delivery: 'recovered', away: false }),
    );
  });

  it('should not report a gap for a repeated push', () => {
    const merge = subscribedAt();
    push(merge, [at(11)]);
    expect(push(merge, [at(11)])).toEqual([]);
  });

  it('should not show a notification that is gone in the same event', () => {
    expect(shown(push(subscribedAt(), [at(11, 'a'), gone(12, 'a')]))).toEqual([]);
  });

  it('should skip publications up to the current position', () => {
    const merge = new FeedMerge({ epoch: 'e', offset: 5 });
    merge.handle({ type: 'connected' });
    expect(shown(merge.handle({ type: 'answer', page: page(6, [at(5), at(6)]) }))).toEqual(['n6']);
  });

  it("should continue from a page's last publication instead of the page's offset if more follow", () => {
    const merge = new FeedMerge({ epoch: 'e', offset: 0 });
    merge.handle({ type: 'connected' });
    merge.handle({ type: 'answer', page: page(9, range(1, 2), true) });
    expect(merge.position?.offset).toBe(2);
  });
});
