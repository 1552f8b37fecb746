import { createNotificationClient } from '@tocsin/client';

/** A subscription to the canary's feed through a bff. */
export interface Watch {
  name: string;
  /** Why subscribing failed, or `undefined` if it succeeded. */
  failure: () => string | undefined;
  /** When the notification with this id arrived, according to this machine's clock. */
  arrivedAt: (id: string) => number | undefined;
  close: () => void;
}

export interface WatchOptions {
  name: string;
  url: string;
  feed: string;
  token: string | undefined;
  timeoutMs: number;
}

/**
 * Subscribes to the feed through a bff, as a page would. Resolves when the subscription exists or has failed for good,
 * or after `timeoutMs`.
 */
export async function watch({ name, url, feed, token, timeoutMs }: WatchOptions): Promise<Watch> {
  const client = createNotificationClient({ url, tabs: false, getToken: () => token });
  const arrivals = new Map<string, number>();
  let failure: string | undefined = 'did not connect in time';
  client.on('error', (error) => {
    if (failure !== undefined) failure = error.message;
  });
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, timeoutMs);
    const finish = (reason: string | undefined) => {
      failure = reason;
      clearTimeout(timer);
      resolve();
    };
    client.subscribe(feed, {
      onCaughtUp: () => finish(undefined),
      onRefused: ({ code, message }) => finish(`${code}: ${message}`),
      onPublications: (publications) => {
        for (const { notification } of publications) arrivals.set(notification.id, Date.now());
      },
    });
  });
  return { name, failure: () => failure, arrivedAt: (id) => arrivals.get(id), close: () => client.close() };
}
