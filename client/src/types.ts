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
 * - `live`: connected, and every feed is acknowledged;
 * - `reconnecting`: was live, and is trying to reconnect;
 * - `offline`: the device has no network, or the client was not live for 20 s. The client keeps trying.
 */
export type ClientStatus = 'connecting' | 'live' | 'reconnecting' | 'offline';

export interface DeliveryDetails {
  feed: string;
  epoch: string;
  delivery: Delivery;
  /**
   * Whether the publications were missed while disconnected or before this page was loaded. False if they were missed
   * during a live connection.
   */
  away: boolean;
}

/**
 * Handlers of a feed. An exception in a handler goes to the client's `error` listeners; without any, it is uncaught.
 */
export interface FeedHandlers {
  /** Notifications to show: each id once, in feed order. */
  onPublications?: (publications: LivePublication[], details: DeliveryDetails) => void;
  /** Ids to remove from the display. Some may never have been shown. */
  onGone?: (ids: string[], reason: GoneReason) => void;
  /**
   * Publications between these positions can't be recovered; the newest page follows as a snapshot. `erased`: the feed
   * was erased, so remove all of its notifications.
   */
  onGap?: (from: Position, to: Position, details: { erased: boolean }) => void;
  /** The position changed: it advanced past shown publications, or was set by an answer. */
  onPosition?: (position: Position) => void;
  /** The feed was acknowledged, and everything in the answer has been shown. */
  onCaughtUp?: (details: { feed: string; away: boolean }) => void;
  /**
   * The reader's read state of the feed. Called for each acknowledgement, before its publications, and after each
   * change in any tab or on any device. Calls can arrive out of order, and a read state only grows within an epoch, so
   * merge them (take the union).
   */
  onRead?: (read: ReadState & { epoch: string }) => void;
  /**
   * All of the reader's other marks in the feed. Called for an acknowledgement, before its publications, if there are
   * marks, and after each change in any tab or on any device. Never called with an older state after a newer one. Use
   * `placesIn` to apply them.
   */
  onInbox?: (inbox: InboxState) => void;
  /**
   * Snoozes that just ended, each reported once. Their notifications are back in the inbox, unread. Called after
   * `onInbox` with the new marks.
   */
  onSnoozeDue?: (due: DueSnooze[]) => void;
  /** The status of the client's connection. */
  onStatus?: (status: ClientStatus) => void;
  /** The feed was permanently refused and will not be requested again. */
  onRefused?: (error: SocketError) => void;
}

export interface SubscribeOptions {
  /** Where to start if the position store has no position. Default: now. */
  position?: Position;
}

export interface Subscription {
  readonly feed: string;
  readonly position: Position | undefined;
  /** Ends the subscription immediately; after that, no handler is called. Safe to repeat. */
  close(): void;
}

export type Transport = 'websocket' | 'polling';

/** Stores positions between runs of the client. Must not throw. */
export interface PositionStore {
  get(feed: string): Position | undefined;
  set(feed: string, position: Position): void;
}

export interface NotificationClientOptions {
  /** Origin of the server, for example `http://localhost:4001`. In a browser, empty means the page's origin. */
  url: string;
  /** Path of the server's socket.io endpoint. Default: `/hubs`. */
  path?: string;
  clientId?: string;
  /**
   * Returns a token. Called for every connection (a rejection is treated as a failed connection and retried), and
   * again before the token expires. The connection then continues with the new token, which must have the same `sub`.
   */
  getToken?: () => string | undefined | Promise<string | undefined>;
  /**
   * Whether to request the URL and token of each connection from the bff. Required for a bff with `BROADCASTER=azure`;
   * its `url` still serves everything else. Default: connect to `url`.
   */
  negotiate?: boolean;
  /** Where to store positions. Default: in memory. */
  positions?: PositionStore;
  /** Transports to try, in this order. Default: websocket, then polling. */
  transports?: readonly Transport[];
  /**
   * Whether browser tabs share one connection. Default: yes, in a secure context (`https` or localhost). Tabs share a
   * connection if they have the same `url`, `path`, `clientId` and reader. The reader is the token's issuer and `sub`,
   * or `group` if given, for tokens that the client cannot read.
   */
  tabs?: boolean | { group: string };
}

/**
 * Server events that `on` passes to listeners: the reader's events, after a change in any tab or on any device, and
 * `closing`, after which the client reconnects later. None report the initial state.
 */
export type ServerEventListeners = {
  [Name in ReaderEventName | 'closing']: (event: ServerEvents[Name]) => void;
};

export interface ClientEvents extends ServerEventListeners {
  status: (status: ClientStatus) => void;
  /** An error that will be retried, a malformed event that was skipped, or an exception in a handler. */
  error: (error: Error) => void;
  /** This tab may show toasts from now on (true), or may no longer show them (false). */
  presenting: (now: boolean) => void;
}

export interface NotificationClient {
  readonly status: ClientStatus;
  /**
   * Whether this tab may show toasts. Among tabs that share a connection, only one may, preferably the focused one.
   * Always true for tabs that don't share.
   */
  readonly presenting: boolean;
  /**
   * Subscribes to a feed. Throws a `TypeError` if the feed already has an open subscription, or the client is closed.
   */
  subscribe(feed: string, handlers: FeedHandlers, options?: SubscribeOptions): Subscription;
  /**
   * Sets a mark on notifications of a feed. The server saves it and sends it to all tabs and devices (`onRead`,
   * `onInbox`). Temporary failures are retried for about a minute, or until `close()`. After that, it throws the same
   * errors as `fetchPage`, or a `ClientError` with the code `no_token`. A snooze throws a `ProblemError` with status
   * 404 for ids that aren't in the history, and 409 if the reader has too many snoozes. Safe to repeat. All marks
   * except `read` need an identified reader: signed in, or with a `clientId`.
   */
  mark<Name extends keyof ReaderMarkChanges>(
    name: Name,
    feed: string,
    change: ReaderMarkChanges[Name],
  ): Promise<void>;
  /** The same as `mark('read', feed, read)`. */
  markRead(feed: string, read: Read): Promise<void>;
  /** Adds a listener and returns a function that removes it. */
  on<E extends keyof ClientEvents>(event: E, listener: ClientEvents[E]): () => void;
  /** Disconnects. Leaves no timers and calls no handlers afterwards. Safe to repeat. */
  close(): void;
}
