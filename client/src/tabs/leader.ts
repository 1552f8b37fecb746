import { RequestRate, type Refusal } from '@tocsin/contracts';
import type { ClientConnection, ConnectionHooks } from '../connection/connection-types.ts';
import { ClientError } from '../errors.ts';
import type { FeedSocket } from '../connection/feed-socket.ts';
import { unsubscribe } from '../subscription/unsubscribe.ts';
import { TIMING } from '../timing.ts';
import { feedOf, type TabMessage } from './messages.ts';
import type { TabLocks } from './platform.ts';
import { Presenter } from './presenter.ts';
import { Subscriptions } from './subscriptions.ts';

export interface LeaderOptions {
  id: string;
  term: number;
  /** The tab that showed toasts under the previous leader. `undefined` if it was the previous leader itself. */
  presenter: string | undefined;
  locks: TabLocks;
  /** The name of the lock that a tab holds until it closes. */
  lockOf: (tab: string) => string;
  patience: Patience;
  /** Called when another tab should lead, because this tab can't get a token that the server accepts. */
  surrender: () => void;
  connect: (hooks: ConnectionHooks) => ClientConnection;
  /** Sends to all tabs, including this tab. */
  broadcast: (message: TabMessage) => void;
}

/**
 * Limits how long a tab keeps leading without a token that the server accepts. The limit grows each time the tab
 * surrenders. Otherwise, the tabs of a signed-out reader would take turns leading, and together request more tokens
 * than a single tab.
 */
export interface Patience {
  /** Number of failed attempts to get a token that the server accepts, since the tab last connected or surrendered. */
  failures: number;
  /** Number of failures after which another tab may lead. */
  max: number;
}

export const FIRST_PATIENCE = 3;
const MAX_PATIENCE = 6;

const TOO_MANY_REQUESTS: Refusal = {
  ok: false,
  error: { code: 'too_many_requests', message: 'too many requests', temporary: true },
};

interface AnySocket {
  timeout(ms: number): {
    emit(event: string, request: unknown, done: (error: Error | null, response: unknown) => void): unknown;
  };
}

/**
 * Owns the connection that all tabs share. Forwards the tabs' requests to the server, and the server's events to all
 * tabs. Does not store publications, so none are lost when this tab is closed. Each tab merges publications from its
 * own position.
 */
export class Leader {
  readonly #options: LeaderOptions;
  readonly #presenter: Presenter;
  readonly #subscriptions = new Subscriptions();
  readonly #watched = new Set<string>();
  readonly #closed = new AbortController();
  #connection: ClientConnection | undefined;
  #socket: FeedSocket | undefined;
  #session = 0;
  #requestRate = new RequestRate();

  constructor(options: LeaderOptions) {
    this.#options = options;
    this.#presenter = new Presenter(options.id, options.presenter);
    if (options.presenter !== undefined) this.#watchTab(options.presenter);
  }

  get term(): number {
    return this.#options.term;
  }

  /** Announces itself as the leader and connects. */
  start(): void {
    const { id, broadcast, connect } = this.#options;
    this.#broadcastState();
    // A listener might have closed the client on receiving the state.
    if (this.#closed.signal.aborted) return;
    this.#connection = connect({
      connected: (socket) => this.#connected(socket),
      disconnected: () => this.#connected(undefined),
      event: (name, event) => broadcast({ type: 'event', leader: id, name, event }),
      error: (error) => {
        const { code, temporary } =
          error instanceof ClientError ? error : { code: 'unknown', temporary: true };
        broadcast({ type: 'error', leader: id, code, message: error.message, temporary });
        if (code === 'no_token' || code === 'unauthorized') this.#tokenFailed();
      },
    });
  }

  handle(message: TabMessage): void {
    const { id, broadcast } = this.#options;
    switch (message.type) {
      case 'hello':
        this.#watchTab(message.from);
        this.#presenter.update(message.from, message.front);
        return this.#broadcastState();
      case 'bye':
        return this.#removeTab(message.from);
      case 'stuck':
        // Only the first report about a connection counts. When another report arrives, the connection might already
        // have been replaced.
        if (message.to === id && this.#socket && message.session === this.#session)
          this.reconnect({ now: false });
        return;
      case 'ask':
        if (message.to === id)
          this.#forward(message, (answer) =>
            broadcast({ type: 'answer', to: message.from, id: message.id, answer }),
          );
        return;
      case 'state':
      case 'answer':
      case 'event':
      case 'error':
        return;
    }
  }

  reconnect(how: { now: boolean }): void {
    this.#connection?.reconnect(how);
  }

  close(): void {
    this.#closed.abort();
    this.#connection?.close();
  }

  /**
   * Counts the failure. At the limit, lets another tab lead if there is one. The reader might have signed in again in
   * that tab.
   */
  #tokenFailed(): void {
    // If the tab is still connected, only a renewal of its token has failed.
    if (this.#socket) return;
    const { patience, surrender } = this.#options;
    // A listener might have closed the client on receiving the error.
    if (++patience.failures < patience.max || this.#watched.size === 0 || this.#closed.signal.aborted) return;
    patience.failures = 0;
    patience.max = Math.min(2 * patience.max, MAX_PATIENCE);
    surrender();
  }

  #broadcastState(): void {
    const { id, term, broadcast } = this.#options;
    const session = this.#socket && this.#session;
    const presenter = this.#presenter.choose();
    const presenters = new Map<string, string>();
    for (const feed of this.#subscriptions.feeds) {
      const tab = this.#presenterOf(feed);
      if (tab !== presenter) presenters.set(feed, tab);
    }
    broadcast({ type: 'state', state: { leader: id, term, session, presenter, presenters } });
  }

  #presenterOf(feed: string): string {
    return this.#presenter.choose(this.#subscriptions.tabsOf(feed));
  }

  #connected(socket: FeedSocket | undefined): void {
    this.#socket = socket;
    // Each tab resubscribes on the new connection.
    if (socket) {
      this.#session++;
      this.#requestRate = new RequestRate();
      Object.assign(this.#options.patience, { failures: 0, max: FIRST_PATIENCE });
    }
    this.#broadcastState();
  }

  #forward(
    { from, session, event, request }: TabMessage & { type: 'ask' },
    respond: (response: unknown) => void,
  ): void {
    this.#watchTab(from);
    const socket = this.#socket;
    if (!socket || session !== this.#session) return this.#broadcastState();
    // The server ends connections that exceed its limits too often. With many tabs, a new connection would exceed them
    // again. Tabs repeat refused requests later.
    if (!this.#requestRate.accepts(Date.now())) return respond(TOO_MANY_REQUESTS);
    const feed = feedOf(request);
    const previous = this.#presenterOf(feed);
    if (event === 'subscribe') this.#subscriptions.add(feed, from, session);
    else this.#subscriptions.remove(feed, from);
    if (this.#presenterOf(feed) !== previous) this.#broadcastState();
    // A tab repeats an unsubscribe request that was refused. So forward the request even if the feed is no longer
    // registered for the tab.
    if (event === 'unsubscribe' && !this.#subscriptions.isUnused(feed, session)) return respond({ ok: true });
    // Without a response, the requesting tab times out.
    (socket as unknown as AnySocket)
      .timeout(TIMING.acknowledgement)
      .emit(event, request, (error, value) => error || respond(value));
  }

  /**
   * Removes another tab when it is gone. A tab holds its own lock until then, so acquiring that lock means that the tab
   * is gone.
   */
  #watchTab(tab: string): void {
    const { id, locks, lockOf } = this.#options;
    if (tab === id || this.#watched.has(tab)) return;
    this.#watched.add(tab);
    const { signal } = this.#closed;
    locks
      .request(lockOf(tab), { signal }, async () => this.#removeTab(tab))
      .catch((error: unknown) => {
        if (!signal.aborted) throw error;
      });
  }

  #removeTab(tab: string): void {
    this.#watched.delete(tab);
    this.#presenter.remove(tab);
    const [socket, session] = [this.#socket, this.#session];
    for (const feed of this.#subscriptions.leave(tab, session)) {
      const isNeeded = () =>
        this.#socket === socket && this.#session === session && this.#subscriptions.isUnused(feed, session);
      const { signal } = this.#closed;
      if (socket) unsubscribe(socket, feed, { isNeeded, signal, random: Math.random });
    }
    if (!this.#closed.signal.aborted) this.#broadcastState();
  }
}
