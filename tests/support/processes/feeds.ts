import type { NotificationInput, Page } from '@tocsin/contracts';
import { Observer } from '@tocsin/lab';
import type { Pair, Stack } from '@tocsin/tools';
import { expect } from 'vitest';
import { openRedisView } from '../redis/redis.ts';
import { eventually } from '../state.ts';

const PATIENCE_MS = 60_000;

/** Returns a feed's newest page, or `undefined` while the instance can't read it, for example after a kill. */
async function pageOf({ url }: Pair, feed: string): Promise<Page | undefined> {
  const response = await fetch(`${url}/app/notifications?feed=${encodeURIComponent(feed)}&limit=200`);
  if (response.status === 503) return undefined;
  expect(response.status).toBe(200);
  return (await response.json()) as Page;
}

const idsOf = (page: Page | undefined) =>
  page?.publications.map((p) => (p.notification === null ? `${p.id} ${p.gone}` : p.notification.id));

/** Returns the gone publications that an observer has received, each as `<id> <reason>`. */
export const formatGone = (observer: Observer) => observer.gone.map(({ id, reason }) => `${id} ${reason}`);

export type Feeds = Awaited<ReturnType<typeof useFeeds>>;

/** Returns functions that publish to, retract from, erase and observe a stack's feeds. Call `close()` at the end. */
export async function useFeeds(stack: Stack) {
  const producer = stack.producers[0] as Pair;
  const redis = await openRedisView(stack.redisHost);
  const observers: Observer[] = [];

  async function request(method: string, path: string, body?: unknown): Promise<void> {
    const response = await fetch(producer.url + path, {
      method,
      ...(body !== undefined && {
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    });
    expect([response.status, await response.text()]).toEqual([202, expect.any(String)]);
  }

  return {
    redis,
    post: (...notifications: NotificationInput[]) => request('POST', '/notifications', notifications),
    retract: (id: string, feed: string) =>
      request('DELETE', `/notifications/${id}?feed=${encodeURIComponent(feed)}`),
    erase: (feed: string) => request('DELETE', `/feeds/${encodeURIComponent(feed)}`),
    async watch(feed: string): Promise<Observer[]> {
      const watching = stack.bffs.map(({ url, name }) => new Observer(name, url, { feed }));
      observers.push(...watching);
      await Promise.all(watching.map((observer) => observer.ready(PATIENCE_MS)));
      return watching;
    },
    /** Waits until each instance serves exactly these publications: ids, or `<id> <reason>` if gone. */
    untilServed: (feed: string, ids: string[]) =>
      Promise.all(
        stack.bffs.map((bff) =>
          eventually(
            async () => JSON.stringify(idsOf(await pageOf(bff, feed))) === JSON.stringify(ids),
            PATIENCE_MS,
          ),
        ),
      ),
    untilGoneOnClients: (watching: Observer[], gone: string) =>
      Promise.all(
        watching.map((observer) => eventually(async () => formatGone(observer).includes(gone), PATIENCE_MS)),
      ),
    /** Waits until the state store no longer contains `text`. */
    untilNotStored: (text: string) => eventually(async () => !(await redis.stateContains(text)), PATIENCE_MS),
    async close(): Promise<void> {
      for (const observer of observers) observer.close();
      await redis.close();
    },
  };
}
