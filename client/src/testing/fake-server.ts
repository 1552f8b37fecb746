import type {
  Page,
  Publication,
  SocketErrorCode,
  SubscribeAnswer,
  SubscribeRequest,
} from '@tocsin/contracts';
import type { ClientConnection, ConnectionHooks } from '../connection/connection-types.ts';
import type { FeedSocket } from '../connection/feed-socket.ts';
import { tokenError } from '../errors.ts';
import type { NotificationClientOptions } from '../types.ts';
import type { FakeTab } from './fake-browser.ts';

const PAGE = 20;

interface FakeConnection {
  readonly tab: FakeTab;
  readonly hooks: ConnectionHooks;
  readonly feeds: Set<string>;
  readonly lost: () => void;
  readonly token: string | undefined;
}

/** For tests only. An in-memory server with one log per feed. Connections end when their tab is closed. */
export class FakeServer {
  readonly #logs = new Map<string, Publication[]>();
  readonly #connections = new Set<FakeConnection>();
  #heartbeat: ReturnType<typeof setInterval>;
  requests: string[] = [];
  /** Maximum number of feeds per connection. */
  maxFeeds = Infinity;
  /** Number of unsubscribe requests to refuse temporarily. */
  unsubscribesToRefuse = 0;
  /** Feeds that the server temporarily can't read. */
  readonly unavailable = new Set<string>();
  permits: (token: string | undefined, feed: string) => boolean = () => true;

  constructor() {
    this.#heartbeat = setInterval(() => this.#sendPositions(), 10_000);
  }

  /** Number of connections from open tabs. */
  get connections(): number {
    return this.#open().length;
  }

  get subscribedFeeds(): Set<string> {
    return new Set(this.#open().flatMap(({ feeds }) => [...feeds]));
  }

  ids(feed: string): string[] {
    return this.#log(feed).flatMap(({ notification }) => (notification ? [notification.id] : []));
  }

  publish(feed: string, count = 1): void {
    const log = this.#log(feed);
    for (let index = 0; index < count; index++) {
      const offset = log.length + 1;
      const id = `${feed}-${offset}`;
      const publication: Publication = {
        offset,
        notification: { id, feed, severity: 'info', title: id, createdAt: '2026-01-01T00:00:00Z' },
      };
      log.push(publication);
      for (const { tab, hooks, feeds } of this.#open())
        if (feeds.has(feed))
          tab.run(() => hooks.event('publications', { feed, epoch: 'e', publications: [publication] }));
    }
  }

  /** Breaks every connection and restores it after half a second. */
  cut(): void {
    for (const connection of this.#open()) {
      this.#connections.delete(connection);
      connection.tab.run(() => connection.lost());
    }
  }

  /** Connects once `getToken` resolves. Retries half a second after a failure. */
  connect(
    tab: FakeTab,
    hooks: ConnectionHooks,
    getToken?: NotificationClientOptions['getToken'],
  ): ClientConnection {
    let current: { socket: FeedSocket; connection: FakeConnection } | undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const connectNow = (token?: string) => {
      if (closed) return;
      const connection: FakeConnection = {
        tab,
        hooks: wrappedHooks,
        feeds: new Set<string>(),
        lost: () => handleLoss(connection),
        token,
      };
      this.#connections.add(connection);
      tab.run(() => {
        if (closed) return;
        current = { connection, socket: this.#socket(connection) };
        hooks.connected(current.socket);
      });
    };
    const tokenFailed = (reason: unknown) => {
      if (closed) return;
      connectLater(500);
      hooks.error(tokenError(reason));
    };
    const connectLater = (delay: number) => {
      timer = setTimeout(() => {
        if (getToken) Promise.resolve().then(getToken).then(connectNow, tokenFailed);
        else connectNow();
      }, delay);
    };
    const wrappedHooks: ConnectionHooks = {
      ...hooks,
      event: (name, payload) => closed || hooks.event(name, payload),
    };
    let closed = false;
    const handleLoss = (connection: FakeConnection) => {
      if (closed || current?.connection !== connection) return;
      current = undefined;
      hooks.disconnected();
      connectLater(500);
    };
    connectLater(20);
    return {
      presents: () => true,
      get socket() {
        return current?.socket;
      },
      reconnect: () => {
        if (!current) return;
        this.#connections.delete(current.connection);
        handleLoss(current.connection);
      },
      close: () => {
        closed = true;
        clearTimeout(timer);
        for (const connection of this.#connections)
          if (connection.hooks === wrappedHooks) this.#connections.delete(connection);
      },
    };
  }

  close(): void {
    clearInterval(this.#heartbeat);
  }

  #open(): FakeConnection[] {
    return [...this.#connections].filter(({ tab }) => tab.state !== 'gone');
  }

  #log(feed: string): Publication[] {
    let log = this.#logs.get(feed);
    if (!log) this.#logs.set(feed, (log = []));
    return log;
  }

  #sendPositions(): void {
    for (const { tab, hooks, feeds } of this.#open())
      for (const feed of feeds) {
        const event = { feed, epoch: 'e', offset: this.#log(feed).length };
        tab.run(() => hooks.event('position', event));
      }
  }

  #socket(connection: FakeConnection): FeedSocket {
    const { tab, feeds, token } = connection;
    const isOpen = () => this.#connections.has(connection);
    const refusal = (code: SocketErrorCode, temporary: boolean) =>
      ({ ok: false, error: { code, message: code, temporary } }) as const;
    const unsubscribe = ({ feed }: { feed: string }) => {
      if (this.unsubscribesToRefuse-- > 0) return refusal('too_many_requests', true);
      feeds.delete(feed);
      return { ok: true } as const;
    };
    return {
      emit: (_event, request, acknowledge) => {
        const response = unsubscribe(request);
        tab.run(() => isOpen() && acknowledge(response));
      },
      timeout: () => ({
        emit: (
          event: string,
          request: SubscribeRequest,
          done: (error: Error | null, response: SubscribeAnswer) => void,
        ) => {
          if (!isOpen()) return;
          this.requests.push(`${event} ${request.feed}`);
          if (event === 'unsubscribe') {
            const response = unsubscribe(request);
            return tab.run(() => done(null, response as SubscribeAnswer));
          }
          const refuse = (code: SocketErrorCode, temporary = false) =>
            tab.run(() => isOpen() && done(null, refusal(code, temporary)));
          if (!this.permits(token, request.feed)) return refuse('forbidden');
          if (!feeds.has(request.feed) && feeds.size >= this.maxFeeds) return refuse('too_many_feeds');
          feeds.add(request.feed);
          if (this.unavailable.has(request.feed)) return refuse('unavailable', true);
          const page = this.#page(request);
          tab.run(() => isOpen() && done(null, { ok: true, ...page }));
        },
      }),
    };
  }

  #page({ feed, position }: SubscribeRequest): Page {
    const log = this.#log(feed);
    const missed = position ? log.slice(position.offset) : [];
    const publications = missed.slice(0, PAGE);
    const more = publications.length < missed.length;
    const offset = more ? (publications.at(-1)?.offset ?? 0) : log.length;
    return { feed, epoch: 'e', offset, recovered: true, more, publications };
  }
}
