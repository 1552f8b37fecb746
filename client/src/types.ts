import type {
  DueSnooze,
  GoneReason,
  InboxState,
  LivePublication,
  Position,
  ReaderEventName,
  ReadState,
  ServerEvents,
  SocketError,
} from '@tocsin/contracts';
import type { Delivery } from './merge/merge-types.ts';
import type { Read, ReaderMarkChanges } from './reader-types.ts';

/**
 * - `connecting`: not live yet;
 * - `live`: connected, and the server has acknowledged every subscription;
 * - `reconnecting`: was live and is trying to reconnect;
 * - `offline`: the device has no network, or the client hasn't been live for 20 s. The client keeps trying.
 */
export type ClientStatus = 'connecting' | 'live' | 'reconnecting' | 'offline';

export interface DeliveryDetails {
  feed: string;
  epoch: string;
  delivery: Delivery;
  /**
   * True if the client missed the publications while it was disconnected or before the page was loaded. False if they
   * were pushed, or if the client missed them in a gap while connected.
   */
  away: boolean;
}

/**
 * Handlers for a feed. If a handler throws, the error goes to the client's `error` listeners. Without such listeners,
 * it becomes an uncaught error.
 */
export interface FeedHandlers {
  /** Notifications to show, sorted in feed order. Each id occurs once. */
  onPublications?: (publications: LivePublication[], details: DeliveryDetails) => void;
  /** Ids to remove from the display. Some might never have been shown. */
  onGone?: (ids: string[], reason: GoneReason) => void;
  /**
   * Some publications between these positions can't be recovered. The newest page follows in a call to `onPublications`
   * (delivery `snapshot`). If `erased` is true, the feed was erased, so remove all of the feed's notifications.
   */
  onGap?: (from: Position, to: Position, details: { erased: boolean }) => void;
  /** The position has changed: it advanced past publications, or a response set it. */
  onPosition?: (position: Position) => void;
  /** The server has acknowledged the subscription, and all publications in its response have been shown. */
  onCaughtUp?: (details: { feed: string; away: boolean }) => void;
  /**
   * The reader's read state in the feed. Called for each acknowledgement of the subscription, before the publications
   * in the response are shown. Also called after each change in any tab or on any device. Calls can arrive out of
   * order. Within an epoch, a read state only grows, so merge all reported states (take their union).
   */
  onRead?: (read: ReadState & { epoch: string }) => void;
  /**
   * All of the reader's other marks in the feed. Called for each acknowledgement that contains such marks, before the
   * publications in the response are shown. Also called after each change in any tab or on any device. Never called
   * with an older state than before. Use `placesIn` to apply the marks.
   */
  onInbox?: (inbox: InboxState) => void;
  /**
   * Snoozes that just ended. Their notifications are back in the inbox as unread. Called after `onInbox`, which has the
   * new marks. After a new subscription, also called with the snoozes that ended in the last ten minutes and that the
   * reader hasn't seen. This doesn't happen if another tab already gets the feed over the same connection. A client
   * reports the end of each snooze once, even if it subscribes to the feed again.
   */
  onSnoozeDue?: (due: DueSnooze[]) => void;
  /** The client's connection status. */
  onStatus?: (status: ClientStatus) => void;
  /** The server permanently refused the subscription. The client won't retry. */
  onRefused?: (error: SocketError) => void;
}

export interface SubscribeOptions {
  /** Where to start if the position store has no position. Default: now. */
  position?: Position;
}

export interface Subscription {
  readonly feed: string;
  readonly position: Position | undefined;
  /**
   * Whether this tab may show this feed's toasts. If tabs share a connection, only one of the tabs with a subscription
   * to the feed may show them, preferably the focused tab. Always true if this tab doesn't share a connection.
   */
  readonly presenting: boolean;
  /** Ends the subscription immediately. No handlers are called afterwards. Safe to repeat. */
  close(): void;
}

export type Transport = 'websocket' | 'polling';

/** Stores positions between runs of the client. Must not throw. */
export interface PositionStore {
  get(feed: string): Position | undefined;
  set(feed: string, position: Position): void;
}

export interface NotificationClientOptions {
  /**
   * The server's URL without a path, for example `http://localhost:4001`. In a browser, an empty string means the
   * server that the page came from.
   */
  url: string;
  /** Path to the server's socket.io endpoint. Default: `/hubs`. */
  path?: string;
  clientId?: string;
  /**
   * Returns a token. Called for every connection. If the promise rejects, the connection attempt fails and is retried.
   * Also called before a token expires. The connection then continues with the new token, which must have the same
   * `sub`.
   */
  getToken?: () => string | undefined | Promise<string | undefined>;
  /**
   * Whether to ask the bff for the URL and token of each connection. Required with `BROADCASTER=azure`. All other
   * requests still go to `url`. Default: false, connect to `url`.
   */
  negotiate?: boolean;
  /** Where to store positions. Default: in memory. */
  positions?: PositionStore;
  /** Transports to try in order. Default: websocket, then polling. */
  transports?: readonly Transport[];
  /**
   * Whether browser tabs share a connection. Default: yes in a secure context (`https` or localhost). Tabs share a
   * connection if they have the same `url`, `path`, `clientId` and reader. `group` identifies the reader. Without it,
   * the reader is identified by the token's issuer and `sub`. Set `group` if the client can't read the tokens.
   */
  tabs?: boolean | { group: string };
}

/**
 * Server events that `on` passes to listeners. Events about the reader report a change in any tab or on any device, but
 * not the initial state. `closing` means that the server ends the connection. The client then reconnects.
 */
export type ServerEventListeners = {
  [Name in ReaderEventName | 'closing']: (event: ServerEvents[Name]) => void;
};

export interface ClientEvents extends ServerEventListeners {
  status: (status: ClientStatus) => void;
  /** A failure that the client will retry, a malformed event that it skipped, or an error thrown by a handler. */
  error: (error: Error) => void;
  /** Called with true when this tab may show toasts from now on, and with false when it may no longer show them. */
  presenting: (now: boolean) => void;
}

export interface NotificationClient {
  readonly status: ClientStatus;
  /**
   * Whether this tab may show toasts. If tabs share a connection, only one of them may show toasts, preferably the
   * focused tab. Always true if this tab doesn't share a connection. If tabs subscribe to different feeds, use
   * `Subscription.presenting` instead.
   */
  readonly presenting: boolean;
  /**
   * Subscribes to a feed. Throws a `TypeError` if the feed already has an open subscription or the client is closed.
   */
  subscribe(feed: string, handlers: FeedHandlers, options?: SubscribeOptions): Subscription;
  /**
   * Sets a mark on notifications of a feed. The server saves the mark and sends it to all tabs and devices (`onRead`,
   * `onInbox`). Temporary failures are retried for about a minute or until `close()`. Then the promise rejects with the
   * same errors as `fetchPage`, or with a `ClientError` with the code `no_token`. For a snooze, it rejects with a
   * `ProblemError` with status 404 if ids aren't in the history, and 409 if the reader has too many snoozes. You can
   * safely repeat a call. A retried mark can reach the server after a later mark. If the order matters, wait for each
   * mark before you set the next. All marks except `read` require a reader who is signed in or has a `clientId`.
   */
  mark<Name extends keyof ReaderMarkChanges>(
    name: Name,
    feed: string,
    change: ReaderMarkChanges[Name],
  ): Promise<void>;
  /** Same as `mark('read', feed, read)`. */
  markRead(feed: string, read: Read): Promise<void>;
  /** Adds a listener and returns a function that removes it. */
  on<E extends keyof ClientEvents>(event: E, listener: ClientEvents[E]): () => void;
  /** Disconnects. Leaves no timers behind and calls no handlers afterwards. Safe to repeat. */
  close(): void;
}
