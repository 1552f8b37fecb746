import { DOCUMENT_VERSION, type InboxDocument, type Publication } from '@tocsin/contracts';
import { expect, it } from 'vitest';
import { stateOf } from '../inbox/document.ts';
import type { FeedHistory } from '../marks/histories.ts';
import { encodeCursor } from './cursor.ts';
import { search, type SearchOptions } from './search.ts';

const LENGTH = 30;
/** Returns a page of the feed's history. Later offsets are newer. */
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

/** Returns the options for a reader who has snoozed these publications. */
function snoozing(...publications: readonly Publication[]): SearchOptions {
  const snoozed = publications.map((one) => ({ epoch: '1-a', until: '2030-01-01T00:00:00Z', ...one }));
  const document = { v: DOCUMENT_VERSION, version: 1, feeds: {}, snoozed } as InboxDocument;
  const stored = async () => document;
  const inboxOf = async (_: string, feed: string) => stateOf(document, feed, 0);
  return { ...options, inboxes: { ...options.inboxes, stored, stateOf: inboxOf } };
}

async function pageWith(from: SearchOptions, state: 'any' | 'snoozed', cursor?: string) {
  const request = { feeds: ['all'], q: '', state, limit: 2, ...(cursor && { cursor }) };
  const { items, cursor: next } = await search('user:ada', request, from);
  return { ids: items.map(({ notification }) => notification.id), next };
}

it('should neither skip nor repeat snoozed notifications if snoozes begin and end between two pages', async () => {
  const all = pageOf('all', 1, 5);
  const first = await pageWith(snoozing(...all.slice(0, 4)), 'snoozed');
  expect(first.ids).toEqual(['all-4', 'all-3']);
  for (const changed of [all, all.slice(0, 2), all.filter(({ offset }) => offset !== 3)])
    expect((await pageWith(snoozing(...changed), 'snoozed', first.next)).ids).toEqual(['all-2', 'all-1']);
});

it('should return each snoozed notification once if several were created at the same time', async () => {
  const createdAt = '2026-01-01T00:00:00Z';
  const same = pageOf('all', 1, 4).map((one) => ({
    ...one,
    notification: { ...one.notification, createdAt },
  }));
  const from = snoozing(...(same as Publication[]));
  const one = await pageWith(from, 'snoozed');
  const two = await pageWith(from, 'snoozed', one.next);
  expect([...one.ids, ...two.ids].toSorted()).toEqual(['all-1', 'all-2', 'all-3', 'all-4']);
});

it('should not return a notification again if the reader snoozes it after the first page', async () => {
  const first = await pageWith(options, 'any');
  expect(first.ids).toEqual(['all-30', 'all-29']);
  const second = await pageWith(snoozing(...pageOf('all', 29, 29)), 'any', first.next);
  expect(second.ids).toEqual(['all-28', 'all-27']);
});

it('should accept a cursor with the number of snoozed notifications to skip', async () => {
  const cursor = encodeCursor({ before: {}, snoozed: 3 });
  expect(await pageWith(snoozing(...pageOf('all', 1, 4)), 'snoozed', cursor)).toMatchObject({
    ids: ['all-1'],
  });
});
