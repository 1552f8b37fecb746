import type { FeedHandlers, NotificationClient } from '@tocsin/client';
import { DEFAULT_PREFERENCES, type LivePublication } from '@tocsin/contracts';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { at, useFreshStores } from '../../../testing/stores.ts';
import { useToasts } from '../../toasts/store.ts';
import { useLateStores } from '../late-stores.ts';
import { usePreferences } from '../reader/preferences.ts';
import { followFeed } from './follow-feed.ts';
import { FrameBatch } from './frame-batch.ts';

useFreshStores();
const batch = new FrameBatch();
let stopLoading = (): void => undefined;
beforeEach(async () => {
  vi.stubGlobal('requestAnimationFrame', () => 0);
  vi.stubGlobal('cancelAnimationFrame', () => undefined);
  vi.useFakeTimers();
  await import('../late-parts.ts');
  stopLoading = useLateStores().load(Promise.resolve());
  await vi.advanceTimersByTimeAsync(10_000);
});
afterEach(() => {
  stopLoading();
  batch.stop();
  vi.useRealTimers();
});

const errorAt = (offset: number): LivePublication => ({
  offset,
  notification: { ...at(offset).notification, severity: 'error' },
});
const titles = () => useToasts().view.cards.map(({ title }) => title);

/** Follows a feed that this tab has shown before. Returns the handlers that the client would call. */
function follow(presenting = true): Required<FeedHandlers> {
  let handlers: FeedHandlers = {};
  const client = {
    subscribe: (_feed: string, subscribed: FeedHandlers) => {
      handlers = subscribed;
      return { presenting };
    },
  } as unknown as NotificationClient;
  followFeed({ client, feed: 'all', batch, returning: true, onCaughtUp: () => undefined });
  return handlers as Required<FeedHandlers>;
}

it('should not report missed notifications that are gone before the feed has caught up', async () => {
  const { onPublications, onGone, onCaughtUp } = follow();
  const away = { feed: 'all', epoch: 'e', delivery: 'recovered', away: true } as const;
  onPublications([errorAt(1), at(2), errorAt(3), at(4)], away);
  onGone(['n1', 'n2'], 'retracted');
  onCaughtUp({ feed: 'all', away: true });
  await vi.advanceTimersByTimeAsync(1_000);
  expect(titles()).toEqual(['n3', expect.stringMatching(/^2 /)]);
});

it('should report nothing if all missed notifications are gone', async () => {
  const { onPublications, onGone, onCaughtUp } = follow();
  onPublications([errorAt(1)], { feed: 'all', epoch: 'e', delivery: 'recovered', away: true });
  onGone(['n1'], 'retracted');
  onCaughtUp({ feed: 'all', away: true });
  await vi.advanceTimersByTimeAsync(1_000);
  expect(titles()).toEqual([]);
});

it('should report a gap or an erasure, unless the feed is muted or quiet hours apply', async () => {
  const always = { from: '00:00', to: '23:59', timeZone: 'UTC', allow: ['error' as const] };
  const report = async (preferences: object): Promise<string[]> => {
    usePreferences().applyChange({ ...DEFAULT_PREFERENCES, ...preferences });
    const { onPublications, onGap, onCaughtUp } = follow();
    const away = { feed: 'all', epoch: 'e', away: true } as const;
    for (const erased of [true, false]) {
      onGap({ epoch: 'e', offset: 0 }, { epoch: 'e', offset: 1 }, { erased });
      if (!erased) onPublications([errorAt(2), at(3)], { ...away, delivery: 'snapshot' });
      onCaughtUp({ feed: 'all', away: true });
    }
    await vi.advanceTimersByTimeAsync(1_000);
    const shown = titles();
    useToasts().dismissAll();
    return shown;
  };
  vi.setSystemTime('2026-06-01T12:00:00Z');
  expect(await report({ feeds: ['all'] })).toEqual([]);
  expect(await report({ quietHours: always })).toEqual(['n2']);
  // Muted severities don't suppress the report, because missing notifications can have any severity.
  for (const preferences of [{}, { severities: ['info'] }])
    expect((await report(preferences)).filter((title) => title !== 'n2')).toHaveLength(2);
});
