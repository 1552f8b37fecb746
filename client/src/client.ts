import { checkReceived } from '@tocsin/contracts';
import { asError, ClientError } from './errors.ts';
import { Listeners } from './listeners.ts';
import { RecentIds } from './merge/recent-ids.ts';
import { FeedSubscription } from './subscription/feed-subscription.ts';
import { unsubscribe } from './subscription/unsubscribe.ts';
import { watchNetwork } from './connection/network.ts';
import { sendMark } from './rest/send-mark.ts';
import { retryTemporaryFailures } from './rest/retry.ts';
import { memoryPositions } from './subscription/positions.ts';
import { Silence } from './connection/silence.ts';
import { StatusTracker } from './connection/status.ts';
import { openConnection } from './tabs/open-connection.ts';
import type {
  ClientEvents,
  NotificationClient,
  NotificationClientOptions,
  ServerEventListeners,
} from './types.ts';
import { watchWake } from './connection/wake.ts';

/** Number of ended snoozes to remember. Equals the maximum number of snoozes that a reader can have. */
const MAX_REPORTED_SNOOZES = 200;

/**
 * Connects to the bff and keeps the subscribed feeds complete and in order. Recovers from lost connections, server
 * restarts and lost server state. Starts connecting immediately and keeps trying until `close()`.
 */
export function createNotificationClient(options: NotificationClientOptions): NotificationClient {
  return createClient(options, openConnection);
}

/**
 * Same as `createNotificationClient`, but with a custom way to connect.
 * @internal
 */
export function createClient(
  options: NotificationClientOptions,
  open: typeof openConnection,
): NotificationClient {
  const random = Math.random;
  const positions = options.positions ?? memoryPositions();
  const reportedSnoozes = new RecentIds(MAX_REPORTED_SNOOZES);
  const feeds = new Map<string, FeedSubscription>();
  const listeners = new Listeners<ClientEvents>();
  const abort = new AbortController();
  let closed = false;

  const attempt = (handler: () => void, onError: (error: Error) => void): void => {
    // An earlier handler might have closed the client.
    if (closed) return;
    try {
      handler();
    } catch (thrown) {
      onError(asError(thrown));
    }
  };
  /** Throws the error in a microtask. The error is then uncaught, but does not stop the client. */
  const throwLater = (error: Error): void =>
    queueMicrotask(() => {
      throw error;
    });
  const report = (error: Error): void => {
    for (const listener of listeners.get('error')) attempt(() => listener(error), throwLater);
  };
  const call = (handler: () => void): void =>
    attempt(handler, (error) => (listeners.get('error').size > 0 ? report : throwLater)(error));

  const status = new StatusTracker((now) => {
    for (const listener of listeners.get('status')) call(() => listener(now));
    for (const subscription of [...feeds.values()]) {
      // An earlier handler might have closed the subscription.
      if (feeds.get(subscription.feed) === subscription) call(() => subscription.handlers.onStatus?.(now));
    }
  });
  const network = watchNetwork(() => {
    // Without a network, the socket can look connected for a while although it is dead. If the server runs on this
    // machine, the socket really stays connected.
    if (!network.online) silence.verify();
    else if (!connection.socket || silence.suspect) connection.reconnect({ now: true });
    update();
  });
  const wake = watchWake(() => {
    for (const feed of [...feeds.values()]) feed.wokeUp();
  });
  const silence = new Silence({
    probe: () => {
      const feed = [...feeds.values()].find(({ live }) => live);
      feed?.probe();
      return feed !== undefined;
    },
    changed: () => update(),
  });
  const update = (): void => {
    if (closed) return;
    const openFeeds = [...feeds.values()].filter(({ state }) => state !== 'ended');
    // Adding a feed must not make a live client look disconnected.
    const fresh = status.status === 'live' ? 'fresh' : undefined;
    const isConnected = connection.socket !== undefined && !silence.suspect;
    const live = isConnected && openFeeds.every((feed) => feed.live || feed.state === fresh);
    status.update(live, network.online);
  };

  const handleEvent = (name: string, payload: unknown): void => {
    silence.recordActivity();
    const event = checkReceived(name, payload);
    if (event === 'unknown') return;
    if (event === 'malformed')
      return report(new ClientError('malformed', `Skipped a malformed ${name} event.`, { temporary: true }));
    if ('feed' in event.payload) feeds.get(event.payload.feed)?.received(event);
    for (const listener of listeners.get(event.name as keyof ServerEventListeners))
      call(() => (listener as (payload: unknown) => void)(event.payload));
  };
  const connection = open(options, random, {
    connected: (socket) => {
      if (closed) return;
      silence.start();
      for (const feed of [...feeds.values()]) feed.connected(socket);
      update();
    },
    disconnected: () => {
      silence.stop();
      for (const feed of [...feeds.values()]) feed.disconnected();
      update();
    },
    event: handleEvent,
    presenting: (now) => {
      for (const listener of listeners.get('presenting')) call(() => listener(now));
    },
    error: report,
  });
  update();
  const mark: NotificationClient['mark'] = (name, feed, change) => {
    const epoch = 'offset' in change ? feeds.get(feed)?.position?.epoch : undefined;
    const body = { feed, ...(epoch !== undefined && { epoch }), ...change };
    return retryTemporaryFailures(() => sendMark(options, name, body), { signal: abort.signal, random });
  };

  return {
    get status() {
      return status.status;
    },
    get presenting() {
      return connection.presents();
    },
    subscribe(feed, handlers, { position } = {}) {
      if (closed) throw new TypeError('The client is closed.');
      if (feeds.has(feed)) throw new TypeError(`Already subscribed to ${feed}.`);
      const stuck = () => connection.reconnect({ now: false });
      const responded = () => silence.recordActivity();
      const context = { positions, reportedSnoozes, random, call, report, changed: update, responded, stuck };
      const subscription = new FeedSubscription(feed, handlers, position, context);
      feeds.set(feed, subscription);
      if (connection.socket) subscription.connected(connection.socket);
      update();
      return {
        feed,
        get position() {
          return subscription.position;
        },
        get presenting() {
          return connection.presents(feed);
        },
        close() {
          if (feeds.get(feed) !== subscription) return;
          feeds.delete(feed);
          subscription.end();
          const { socket } = connection;
          const isNeeded = () => connection.socket === socket && !feeds.has(feed);
          if (socket) unsubscribe(socket, feed, { isNeeded, report, signal: abort.signal, random });
          update();
        },
      };
    },
    mark,
    markRead: (feed, read) => mark('read', feed, read),
    on: (event, listener) => listeners.add(event, listener),
    close() {
      if (closed) return;
      closed = true;
      abort.abort();
      for (const feed of feeds.values()) feed.end();
      feeds.clear();
      network.close();
      wake.close();
      silence.stop();
      status.stop();
      connection.close();
    },
  };
}
