import { createNotificationClient, fetchPage, type NotificationClient } from '@tocsin/client';
import { readKey, type ReadState } from '@tocsin/contracts';
import { startStack, type Pair, type Stack } from '@tocsin/tools';
import { createClient } from 'redis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/state.ts';

/** Time limit for erased content to be gone from Redis. */
const WITHIN_MS = 60_000;

describe('the read state', () => {
  let stack: Stack;
  const clients: NotificationClient[] = [];

  beforeAll(async () => {
    stack = await startStack();
  });
  afterAll(async () => {
    for (const client of clients) client.close();
    await stack.stop();
  });

  const publish = (feed: string, ids: string[]) =>
    fetch(`${stack.producers[0]?.url}/notifications`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(ids.map((id) => ({ id, feed, title: id }))),
    });

  /** Opens a tab with a live subscription to a feed on an instance. */
  async function tab(bff: Pair | undefined, clientId: string, feed: string) {
    const client = createNotificationClient({ url: bff?.url ?? '', clientId });
    clients.push(client);
    const readStates: ReadState[] = [];
    client.subscribe(feed, { onRead: ({ offset, ids }) => readStates.push({ offset, ids }) });
    await eventually(async () => readStates.length > 0);
    return { client, readStates };
  }
  const pageOf = (bff: Pair | undefined, feed: string, clientId?: string) =>
    fetchPage(bff?.url ?? '', { feed, ...(clientId !== undefined && { clientId }) });

  it('should reach the reader’s tabs on every instance, and survive instance restarts', async () => {
    const [first, second] = stack.bffs;
    await publish('topic:follow', ['a', 'b', 'c', 'd']);
    await eventually(async () => (await pageOf(second, 'topic:follow')).offset === 4);
    const firstTab = await tab(first, 'mine', 'topic:follow');
    const secondTab = await tab(second, 'mine', 'topic:follow');
    const other = await tab(second, 'another', 'topic:follow');
    await firstTab.client.markRead('topic:follow', { offset: 2 });
    await eventually(async () => secondTab.readStates.at(-1)?.offset === 2);
    await secondTab.client.markRead('topic:follow', { ids: ['d'] });
    await eventually(async () => firstTab.readStates.at(-1)?.ids.length === 1);
    expect(firstTab.readStates.at(-1)).toEqual({ offset: 2, ids: ['d'] });
    await firstTab.client.markRead('topic:follow', { ids: ['c'] });
    await eventually(async () => secondTab.readStates.at(-1)?.offset === 4);
    expect(other.readStates).toEqual([{ offset: 0, ids: [] }]);

    const before = secondTab.readStates.length;
    for (const { app } of stack.bffs) await app.restart();
    await Promise.all(stack.bffs.map((pair) => pair.ready()));
    await eventually(async () => secondTab.readStates.length > before, 60_000);
    expect(secondTab.readStates.at(-1)).toEqual({ offset: 4, ids: [] });
    const redis = createClient({ url: `redis://${stack.redisHost}` });
    await redis.connect();
    const ttl = await redis.ttl(`bff||${readKey('client:mine', 'topic:follow')}`);
    await redis.close();
    expect(ttl).toBeGreaterThan(47 * 60 * 60);
    expect(ttl).toBeLessThanOrEqual(48 * 60 * 60);
  });

  it('should merge changes that reach both instances at the same time', async () => {
    const ids = Array.from({ length: 30 }, (_, i) => `n${i}`);
    await publish('topic:crowd', ['unread', ...ids]);
    await eventually(async () => (await pageOf(stack.bffs[0], 'topic:crowd')).offset === 31);
    const tabs = await Promise.all(stack.bffs.map((bff) => tab(bff, 'crowd', 'topic:crowd')));
    await Promise.all(ids.map(async (id, i) => tabs[i % 2]?.client.markRead('topic:crowd', { ids: [id] })));
    const { read } = await pageOf(stack.bffs[0], 'topic:crowd', 'crowd');
    expect(read?.offset).toBe(0);
    expect(read?.ids.toSorted()).toEqual(ids.toSorted());
  });

  it('should be erased with a person’s feed', async () => {
    await publish('user:42', ['x', 'y']);
    await eventually(async () => (await pageOf(stack.bffs[0], 'user:42')).offset === 2);
    const client = createNotificationClient({ url: stack.bffs[0]?.url ?? '' });
    clients.push(client);
    await client.markRead('user:42', { offset: 2 });
    expect((await pageOf(stack.bffs[1], 'user:42')).read).toEqual({ offset: 2, ids: [] });
    await fetch(`${stack.producers[0]?.url}/feeds/user%3A42`, { method: 'DELETE' });
    await eventually(async () => (await pageOf(stack.bffs[1], 'user:42')).offset === 0);
    const redis = createClient({ url: `redis://${stack.redisHost}` });
    await redis.connect();
    await eventually(
      async () => (await redis.exists(`bff||${readKey('anonymous', 'user:42')}`)) === 0,
      WITHIN_MS,
    );
    await redis.close();
    expect((await pageOf(stack.bffs[1], 'user:42')).read).toMatchObject({ offset: 0, ids: [] });
  });
});
