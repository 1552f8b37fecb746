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
 * - `connecting`: not live yet since the start;
 * - `live`: connected, and every feed is acknowledged;
 * - `reconnecting`: was live, and is trying to be live again;
 * - `offline`: the device has no network, or nothing was received for 20 s. The client keeps trying.
 */
export type ClientStatus = 'connecting' | 'live' | 'reconnecting' | 'offline';

export interface DeliveryDetails {
  feed: string;
  epoch: string;
  delivery: Delivery;
  /** Missed while disconnected or before this page was loaded. False for publications missed in a live stream. */
  away: boolean;
}

/** Handlers of a feed. An exception is reported as the client's `error` and holds up nothing. */
export interface FeedHandlers {
  /** Notifications to show: each id once, in feed order. */
  onPublications?: (publications: LivePublication[], details: DeliveryDetails) => void;
  /** Ids to remove from the screen. Some may never have been shown. */
  onGone?: (ids: string[], reason: GoneReason) => void;
  /**
   * Publications between these positions cannot be recovered; the newest page follows as a snapshot. `erased`: the feed
   * was erased; remove everything that was shown of it.
   */
  onGap?: (from: Position, to: Position, details: { erased: boolean }) => void;
  /** The position moved: forward past shown publications, or to where an answer set it. */
  onPosition?: (position: Position) => void;
  /** The feed was acknowledged, and everything in the answer has been shown. */
  onCaughtUp?: (details: { feed: string; away: boolean }) => void;
  /**
   * The reader's read state of the feed: with each acknowledgement, before its publications, and after each change in
   * any tab or device. May arrive out of order and only grows within an epoch, so take the union.
   */
  onRead?: (read: ReadState & { epoch: string }) => void;
  /**
   * The reader's other marks in the feed, complete: with an acknowledgement, before its publications, if there are marks,
   * and after each change in any tab or device. Never an older state after a newer one. `placesIn` applies them.
   */
  onInbox?: (inbox: InboxState) => void;
  /** Snoozes that end now, each once: back in the inbox, unread. `onInbox` has told so before. */
  onSnoozeDue?: (due: DueSnooze[]) => void;
  /** The status of the client's connection. */
  onStatus?: (status: ClientStatus) => void;
  /** The feed was refused for good and will not be requested again. */
  onRefused?: (error: SocketError) => void;
}

export interface SubscribeOptions {
  /** Where to start if the position store has no position. Default: now. */
  position?: Position;
}

export interface Subscription {
  readonly feed: string;
  readonly position: Position | undefined;
  /** Ends the subscription at once; no handler is called any more. Safe to repeat. */
  close(): void;
}

export type Transport = 'websocket' | 'polling';

/** Stores positions from one run of the client to the next. Must not throw. */
export interface PositionStore {
  get(feed: string): Position | undefined;
  set(feed: string, position: Position): void;
}

export interface NotificationClientOptions {
  /** Origin of the server, as `http://localhost:4001`. In a browser, empty means the page's origin. */
  url: string;
  /** Default: `/hubs`. */
  path?: string;
  clientId?: string;
  /**
   * Returns a token. Called for every connection, where a rejection counts as a failed connection and is retried, and
   * again before the token expires: the connection then continues with the new token, which must have the same `sub`.
   */
  getToken?: () => string | undefined | Promise<string | undefined>;
  /**
   * Ask the bff for the URL and token of each connection: for a bff with `BROADCASTER=azure`, whose `url` still serves
   * everything else. Default: connect to `url`.
   */
  negotiate?: boolean;
  /** Default: in memory. */
  positions?: PositionStore;
  /** Tried in this order. Default: websocket, then polling. */
  transports?: readonly Transport[];
  /**
   * Whether browser tabs share one connection. Default: yes, on pages with a secure context (`https` or localhost).
   * Tabs share a connection if they have the same `url`, `path`, `clientId` and reader: the token's issuer and `sub`,
   * or the `group` given here if the token cannot be read.
   */
  tabs?: boolean | { group: string };
}

/**
 * Server events that `on` passes to listeners: the reader's events, after a change in any tab or device, and `closing`,
 * after which the client reconnects later. None is sent at the start.
 */
export type ServerEventListeners = {
  [Name in ReaderEventName | 'closing']: (event: ServerEvents[Name]) => void;
};

export interface ClientEvents extends ServerEventListeners {
  status: (status: ClientStatus) => void;
  /** A failure that will be retried, or a malformed event that was skipped. */
  error: (error: Error) => void;
  /** This tab may show toasts from now on, or no longer may. */
  presenting: (now: boolean) => void;
}

export interface NotificationClient {
  readonly status: ClientStatus;
  /**
   * Whether this tab may show toasts. Among tabs that share a connection, only one may: the one in front if there is
   * one. Always true without sharing.
   */
  readonly presenting: boolean;
  /** Subscribes to a feed, at most once at a time. Throws a `TypeError` for a second subscription. */
  subscribe(feed: string, handlers: FeedHandlers, options?: SubscribeOptions): Subscription;
  /**
   * Marks notifications of a feed for the reader. The server saves it and passes it on to all tabs and devices (`onRead`,
   * `onInbox`). Retries temporary failures for about a minute, or until `close()`; then throws as `fetchPage` does, or
   * `ClientError` with the code `no_token`. A snooze throws `ProblemError` with status 404 for ids that the history does
   * not hold, and 409 when the reader has snoozed too much. Safe to repeat. All but `read` need a reader with a name: a
   * signed-in one, or a `clientId`.
   */
  mark<Name extends keyof ReaderMarkChanges>(
    name: Name,
    feed: string,
    change: ReaderMarkChanges[Name],
  ): Promise<void>;
  /** `mark('read', feed, read)`. */
  markRead(feed: string, read: Read): Promise<void>;
  /** Returns the function that removes the listener. */
  on<E extends keyof ClientEvents>(event: E, listener: ClientEvents[E]): () => void;
  /** Disconnects. Leaves no timer and calls no handler any more. Safe to repeat. */
  close(): void;
}
