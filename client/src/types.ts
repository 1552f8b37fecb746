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
   * Whether the publications were missed while disconnected or before this page was loaded. False if they were pushed,
   * or missed in a gap while connected.
   */
  away: boolean;
}

/**
 * Handlers for a feed. Exceptions in handlers go to the client's `error` listeners. Without such
 * listeners, they become uncaught errors.
 */
export interface FeedHandlers {
  /** Notifications to show, sorted in feed order. Each id occurs once. */
  onPublications?: (publications: LivePublication[], details: DeliveryDetails) => void;
  /** Ids to remove from the display. Some might never have been shown. */
  onGone?: (ids: string[], reason: GoneReason) => void;
  /**
   * Publications between these positions can't be recovered. The newest page follows as a snapshot. If `erased` is
   * true, the feed was erased, so remove all of the feed's notifications.
   */
  onGap?: (from: Position, to: Position, details: { erased: boolean }) => void;
  /** The position advanced past shown publications or was set by a response. */
  onPosition?: (position: Position) => void;
  /** The server acknowledged the subscription, and all publications in its response have been shown. */
  onCaughtUp?: (details: { feed: string; away: boolean }) => void;
  /**
   * The reader's read state in the feed. Called each time the server acknowledges the subscription, before the
   * publications in its response, and after each change in any tab or on any device. Calls can arrive out of order.
   * Within an epoch, a read state only grows, so merge all reported states (take their union).
   */
  onRead?: (read: ReadState & { epoch: string }) => void;
  /**
   * All of the reader's other marks in the feed. If there are any, called for each acknowledgement, before its
   * publications. Also called after each change in any tab or on any device. The state never goes back in time. Use
   * `placesIn` to apply the marks.
   */
  onInbox?: (inbox: InboxState) => void;
  /**
   * Snoozes that just ended. A new subscription also reports those of the last ten minutes that the reader hasn't seen,
   * unless another tab with the same connection already had the feed. A client reports each of them once, even if it
   * subscribes to the feed again. The notifications are back in the inbox as unread. Called after `onInbox` with the new
   * marks.
   */
  onSnoozeDue?: (due: DueSnooze[]) => void;
  /** The client's connection status. */
  onStatus?: (status: ClientStatus) => void;
  /** The feed was permanently refused. The client won't retry. */
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
   * Whether this tab may show this feed's toasts. If tabs share a connection, only one of those that subscribe to the
   * feed may, preferably the focused tab. Always true for tabs that don't share.
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
  /** The server's origin, for example `http://localhost:4001`. Empty means the page's origin in a browser. */
  url: string;
  /** Path to the server's socket.io endpoint. Default: `/hubs`. */
  path?: string;
  clientId?: string;
  /**
   * Returns a token. Called for every connection. If it rejects, the connection attempt fails and is retried. Also
   * called before a token expires. The connection then continues with the new token, which must have the same `sub`.
   */
  getToken?: () => string | undefined | Promise<string | undefined>;
  /**
   * Whether to request each connection's URL and token from the bff. Required with `BROADCASTER=azure`. All other
   * requests still go to `url`. Default: connect to `url`.
   */
  negotiate?: boolean;
  /** Where to store positions. Default: in memory. */
  positions?: PositionStore;
  /** Transports to try in order. Default: websocket, then polling. */
  transports?: readonly Transport[];
  /**
   * Whether browser tabs share a connection. Default: yes in a secure context (`https` or localhost). Tabs share a
   * connection if they have the same `url`, `path`, `clientId` and reader. The reader is the token's issuer and `sub`,
   * or `group` for tokens that the client can't read.
   */
  tabs?: boolean | { group: string };
}

/**
 * Server events that `on` passes to listeners: the reader's events after a change in any tab or on any device, and
 * `closing` when the server ends the connection (the client then reconnects). They don't report the initial state.
 */
export type ServerEventListeners = {
  [Name in ReaderEventName | 'closing']: (event: ServerEvents[Name]) => void;
};

export interface ClientEvents extends ServerEventListeners {
  status: (status: ClientStatus) => void;
  /** A failure that the client will retry, a skipped malformed event, or an exception in a handler. */
  error: (error: Error) => void;
  /** This tab may show toasts from now on (true) or may no longer show them (false). */
  presenting: (now: boolean) => void;
}

export interface NotificationClient {
  readonly status: ClientStatus;
  /**
   * Whether this tab may show toasts. If tabs share a connection, only one may, preferably the focused tab. Always true
   * for tabs that don't share. If tabs subscribe to different feeds, use `Subscription.presenting` for toasts.
   */
  readonly presenting: boolean;
  /**
   * Subscribes to a feed. Throws a `TypeError` if the feed already has an open subscription or the client is closed.
   */
  subscribe(feed: string, handlers: FeedHandlers, options?: SubscribeOptions): Subscription;
  /**
   * Sets a mark on a feed's notifications. The server saves it and sends it to all tabs and devices (`onRead`,
   * `onInbox`). Retries temporary failures for about a minute or until `close()`, then throws the same errors as
   * `fetchPage`, or a `ClientError` with the code `no_token`. A snooze throws a `ProblemError` with status 404 for
   * ids that aren't in the history and 409 if the reader has too many snoozes. Safe to repeat. A retry can overtake a
   * later mark. If the order matters, wait for each mark before you set the next. All marks except `read` require a
   * reader who is signed in or has a `clientId`.
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
