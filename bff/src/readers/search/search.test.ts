import type { Publication } from '@tocsin/contracts';
import { expect, it } from 'vitest';
import type { FeedHistory } from '../marks/histories.ts';
import { search, type SearchOptions } from './search.ts';

const LENGTH = 60;
/** A page of the feed's history. Later offsets are newer. */
const pageOf = (feed: string, from: number, to: number): Publication[] =>
  Array.from({ length: to - from + 1 }, (_, index) => ({
    offset: from + index,
    notification: {
      ...{ id: `${feed}-${from + index}`, feed, severity: 'info', title: 'found', body: 'x'.repeat(2_000) },
      createdAt: new Date(Date.UTC(2026, 0, 1, 0, from + index)).toISOString(),
    },
  }));

const historyOf = (feed: string): FeedHistory =>
  ({
    head: { epoch: '1-a', offset: LENGTH },
    history: { floor: 1, readRange: async (from: number, to: number) => pageOf(feed, from, to) },
  }) as unknown as FeedHistory;

const options: SearchOptions = {
  states: { stored: async () => undefined },
  inboxes: { stored: async () => undefined, stateOf: async () => undefined, isShown: async () => true },
  histories: { current: async (feed) => historyOf(feed) },
  now: () => 0,
  yieldToEventLoop: async () => undefined,
};

it('should find every match once in up to 100 feeds, and advance with each call', async () => {
  const feeds = Array.from({ length: 100 }, (_, index) => `topic:${index}`);
  const ids = new Set<string>();
  let cursor: string | undefined;
  for (let calls = 0; calls < 1_000; calls++) {
    const request = { feeds, q: 'found', state: 'any', limit: 200, ...(cursor && { cursor }) } as const;
    const answer = await search('user:ada', request, options);
    for (const { notification } of answer.items) {
      expect(ids.has(notification.id)).toBe(false);
      ids.add(notification.id);
    }
    if (!answer.more) break;
    expect(answer.cursor).not.toBe(cursor);
    cursor = answer.cursor;
  }
  expect(ids.size).toBe(100 * LENGTH);
});
