import {
  changePreferences,
  createNotificationClient,
  fetchPage,
  fetchPreferences,
  placesIn,
  searchNotifications,
  type InboxState,
  type NotificationClient,
  type Preferences,
  type SearchRequest,
} from '@tocsin/client';
import { inboxKey, preferencesKey } from '@tocsin/contracts';
import { startStack, type Pair, type Stack } from '@tocsin/tools';
import { createClient } from 'redis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/state.ts';

/** Time limit for erased content to be gone from Redis. */
const WITHIN_MS = 60_000;

describe('a reader’s inbox', () => {
  let stack: Stack;
  const clients: NotificationClient[] = [];

  beforeAll(async () => {
    stack = await startStack();
  });
  afterAll(async () => {
    for (const client of clients) client.close();
    await stack.stop();
  });

  const publish = (feed: string, ids: string[], members: object = {}) =>
    fetch(`${stack.producers[0]?.url}/notifications`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(ids.map((id) => ({ id, feed, title: `Überweisung ${id}`, ...members }))),
    });

  interface Tab {
    url: string;
    clientId: string;
    client: NotificationClient;
    inbox: InboxState | undefined;
    due: string[];
    live: boolean;
  }

  /** Opens a tab with a live subscription to a feed on an instance. */
  async function tab(bff: Pair | undefined, clientId: string, feed: string): Promise<Tab> {
    const url = bff?.url ?? '';
    const client = createNotificationClient({ url, clientId });
    clients.push(client);
    const opened: Tab = { url, clientId, client, inbox: undefined, due: [], live: false };
    client.subscribe(feed, {
      onInbox: (inbox) => (opened.inbox = inbox),
      onSnoozeDue: (due) => opened.due.push(...due.map(({ notification }) => notification.id)),
      onCaughtUp: () => (opened.live = true),
    });
    await eventually(async () => opened.live);
    return opened;
  }
  /** Waits until both instances have `count` of the feed's publications. */
  const arrived = (feed: string, count: number) =>
    eventually(async () => {
      const pages = await Promise.all(stack.bffs.map(({ url }) => fetchPage(url, { feed })));
      return pages.every(({ offset }) => offset === count);
    });
  const search = async ({ url, clientId }: Tab, request: SearchRequest) =>
    (await searchNotifications(url, clientId, request)).items.map(({ notification }) => notification.id);

  it('should not lose changes that reach both instances at the same time', async () => {
    const feed = 'topic:both';
    const ids = Array.from({ length: 20 }, (_, index) => `n${index}`);
    await publish(feed, ids);
    const tabs = await Promise.all(stack.bffs.map((bff) => tab(bff, 'both', feed)));
    await arrived(feed, 20);
    await Promise.all(
      ids.map(async (id, index) => tabs[index % 2]?.client.mark('archive', feed, { ids: [id] })),
    );
    await eventually(async () =>
      tabs.every(({ inbox }) => inbox?.archived.length === 1 && inbox.archived[0]?.[1] === 20),
    );
    expect(tabs.map(({ inbox }) => inbox?.archived)).toEqual([[[1, 20]], [[1, 20]]]);
  });

  it('should be searchable by text (ignoring case and accents), category, severity and source', async () => {
    const [first] = stack.bffs;
    await publish('topic:search', ['x', 'y'], { category: 'billing', icon: 'money', severity: 'error' });
    await publish('topic:search', ['z'], { source: 'ci' });
    const searching = await tab(first, 'searching', 'topic:search');
    const feeds = ['topic:search'];
    await arrived('topic:search', 3);
    expect(await search(searching, { feeds, q: 'ÜBERWEISUNG y' })).toEqual(['y']);
    expect(await search(searching, { feeds, q: 'uberweis' })).toEqual(['z', 'y', 'x']);
    expect(await search(searching, { feeds, categories: ['billing'], severities: ['error'] })).toEqual([
      'y',
      'x',
    ]);
    expect(await search(searching, { feeds, sources: ['ci'] })).toEqual(['z']);
    expect(await search(searching, { feeds, q: 'nothing' })).toEqual([]);
  });

  it('should share preferences between devices', async () => {
    const [first, second] = stack.bffs;
    const firstTab = await tab(first, 'prefers', 'all');
    const secondTab = await tab(second, 'prefers', 'all');
    let preferences: Preferences | undefined;
    secondTab.client.on('preferences', (changed) => (preferences = changed));
    const quietHours = { from: '22:00', to: '07:00', timeZone: 'Europe/Berlin', allow: ['error' as const] };
    await Promise.all([
      changePreferences(firstTab.url, 'prefers', { quietHours }),
      changePreferences(secondTab.url, 'prefers', { sources: ['ci'], severities: ['info'] }),
    ]);
    await eventually(
      async () =>
        preferences?.sources.length === 1 &&
        preferences.quietHours !== null &&
        preferences.severities.length > 0,
    );
    expect(await fetchPreferences(firstTab.url, 'prefers')).toEqual({
      ...{ feeds: [], severities: ['info'], sources: ['ci'], categories: [] },
      ...{ quietHours, sound: false, desktop: false },
    });
  });

  it('should remove retracted content, even from snoozes, and be erased with the person’s feed', async () => {
    const [first] = stack.bffs;
    const redis = createClient({ url: `redis://${stack.redisHost}` });
    await redis.connect();
    const stored = (key: string) => redis.hGet(`bff||${key}`, 'data');
    try {
      const { client } = await tab(first, 'keeps', 'topic:secret');
      await publish('topic:secret', ['secret'], { body: 'a secret word' });
      await arrived('topic:secret', 1);
      await client.mark('snooze', 'topic:secret', {
        ids: ['secret'],
        until: new Date(Date.now() + 3_600_000),
      });
      expect(await stored(inboxKey('client:keeps'))).toContain('a secret word');
      await fetch(`${stack.producers[0]?.url}/notifications/secret?feed=topic:secret`, { method: 'DELETE' });
      await eventually(
        async () => !(await stored(inboxKey('client:keeps')))?.includes('a secret word'),
        WITHIN_MS,
      );

      // Without authentication, no client can be the reader `user:42`, so write this reader's documents directly.
      for (const key of [inboxKey('user:42'), preferencesKey('user:42')])
        await redis.hSet(`bff||${key}`, { data: '{}', version: '1' });
      await publish('user:42', ['p']);
      await fetch(`${stack.producers[0]?.url}/feeds/user%3A42`, { method: 'DELETE' });
      for (const key of [inboxKey('user:42'), preferencesKey('user:42')])
        await eventually(async () => (await redis.exists(`bff||${key}`)) === 0, WITHIN_MS);
    } finally {
      await redis.close();
    }
  });

  // Keep this test last: it restarts instances, and Dapr needs a few seconds to place the actors again.
  it('should sync to tabs on every instance, and end a snooze even if all instances restart', async () => {
    const [first, second] = stack.bffs;
    const feed = 'topic:inbox';
    await publish(feed, ['a', 'b', 'c', 'd']);
    const firstTab = await tab(first, 'mine', feed);
    const secondTab = await tab(second, 'mine', feed);
    const other = await tab(second, 'another', feed);
    await arrived(feed, 4);

    await firstTab.client.mark('archive', feed, { ids: ['a', 'b'] });
    await secondTab.client.mark('unread', feed, { ids: ['c'] });
    await secondTab.client.mark('unarchive', feed, { ids: ['b'] });
    const isEverywhere = async (is: (inbox: InboxState) => boolean) =>
      eventually(
        async () => [firstTab, secondTab].every(({ inbox }) => inbox !== undefined && is(inbox)),
        20_000,
      );
    await isEverywhere(({ archived, unread }) => archived[0]?.[1] === 1 && unread.length === 1);
    expect(firstTab.inbox).toMatchObject({ archived: [[1, 1]], unread: [[3, 3]] });
    expect(await search(firstTab, { feeds: [feed], state: 'archive' })).toEqual(['a']);

    await firstTab.client.mark('snooze', feed, { ids: ['d'], until: new Date(Date.now() + 10_000) });
    await isEverywhere(({ snoozed }) => snoozed.length === 1);
    expect(await search(secondTab, { feeds: [feed], state: 'inbox' })).toEqual(['c', 'b']);
    await Promise.all(stack.bffs.map(({ app }) => app.restart()));
    await Promise.all(stack.bffs.map((pair) => pair.ready()));
    await eventually(async () => firstTab.due.length > 0 && secondTab.due.length > 0, 60_000);
    expect([firstTab.due, secondTab.due, other.due]).toEqual([['d'], ['d'], []]);
    await isEverywhere(({ snoozed }) => snoozed[0]?.due === true);
    const placeOf = placesIn({ epoch: firstTab.inbox?.epoch ?? '', inbox: firstTab.inbox });
    expect(placeOf({ offset: 4, notification: { id: 'd' } })).toMatchObject({
      ...{ place: 'inbox', unread: true, unseen: true },
    });
    expect(other.inbox).toBeUndefined();
  });
});
