import type {
  GoneReason,
  LivePublication,
  Position,
  ReaderEventName,
  ReadState,
  ServerEvents,
  SocketError,
} from '@tocsin/contracts';
import type { Delivery } from './merge/merge-types.ts';

/**
 * - `connecting`: not live yet since the start;
 * - `live`: connected, and every feed was acknowledged;
 * - `reconnecting`: was live and will be again;
 * - `offline`: the device has no network, or nothing has come of it for 20 s (it goes on trying).
 */
export type ClientStatus = 'connecting' | 'live' | 'reconnecting' | 'offline';

export interface DeliveryDetails {
  feed: string;
  epoch: string;
  delivery: Delivery;
  /** Missed while there was no connection, or before this page was loaded; false for a hole in a live stream. */
  away: boolean;
}

/** What a feed tells. A handler that throws is reported as the client's `error`; it holds up nothing. */
export interface FeedHandlers {
  /** Notifications to show, each id once, in the order of the feed. */
  onPublications?: (publications: LivePublication[], details: DeliveryDetails) => void;
  /** Ids to take off the screen; also ones that were never shown. */
  onGone?: (ids: string[], reason: GoneReason) => void;
  /** What was published between these positions cannot be recovered; the newest page follows as a snapshot.
   * `erased`: the feed was erased, and all that was shown of it is to be taken away. */
  onGap?: (from: Position, to: Position, details: { erased: boolean }) => void;
  /** The position moved: forwards by what was shown, or to where an answer has set it. */
  onPosition?: (position: Position) => void;
  /** The feed was acknowledged, and all that the answer named has been shown. */
  onCaughtUp?: (details: { feed: string; away: boolean }) => void;
  /**
   * What this reader has read of the feed, in this tab or elsewhere: with each acknowledgement, before what it brings
   * is shown, and when it changes. It may come out of order, and only grows within an epoch, so take the union.
   */
  onRead?: (read: ReadState & { epoch: string }) => void;
  /** The status of the client's connection. */
  onStatus?: (status: ClientStatus) => void;
  /** The feed was refused for good and will not be asked for again. */
  onRefused?: (error: SocketError) => void;
}

export interface SubscribeOptions {
  /** Where to go on from if the position store knows nothing. Without either: from now on. */
  position?: Position;
}

export interface Subscription {
  readonly feed: string;
  readonly position: Position | undefined;
  /** Ends the subscription at once; no handler is called any more. Safe to repeat. */
  close(): void;
}

export type Transport = 'websocket' | 'polling';

/** Where positions are kept between two lives of a client. It must not throw. */
export interface PositionStore {
  get(feed: string): Position | undefined;
  set(feed: string, position: Position): void;
}

export interface NotificationClientOptions {
  /** Origin of the server, as `http://localhost:4001`; empty in a browser: that of the page. */
  url: string;
  /** Default: `/hubs`. */
  path?: string;
  clientId?: string;
  /**
   * Asked at every connection, where a rejection counts as a failed connection and is repeated, and again before the
   * token ends: the connection then lives on with the new one, which must be of the same `sub`.
   */
  getToken?: () => string | undefined | Promise<string | undefined>;
  /**
   * Asks the bff at each connection where to connect, and with what: for a bff with `BROADCASTER=azure`, of which
   * `url` stays the address of everything but the connection. Default: connects to `url`.
   */
  negotiate?: boolean;
  /** Default: in memory. */
  positions?: PositionStore;
  /** Tried in this order. Default: websocket, then polling. */
  transports?: readonly Transport[];
  /**
   * Whether the tabs of a browser share one connection. Default: yes, in pages of a secure context (`https` or
   * localhost); elsewhere each client has its own. Tabs share that have the same `url`, `path`, `clientId` and reader:
   * issuer and `sub` of the token, or the `group` given here, where they cannot be read from the token.
   */
  tabs?: boolean | { group: string };
}

/**
 * Server events that `on` passes to listeners: those for the reader, after a change in any tab or device, and `closing`,
 * after which the client connects again later. They are not sent at the start.
 */
export type ServerEventListeners = {
  [Name in ReaderEventName | 'closing']: (event: ServerEvents[Name]) => void;
};

export interface ClientEvents extends ServerEventListeners {
  status: (status: ClientStatus) => void;
  /** Something failed and will be tried again, or arrived malformed and was left out. */
  error: (error: Error) => void;
  /** This tab is now the one that may show toasts, or no longer is. */
  presenting: (now: boolean) => void;
}

/** What was read: everything up to `offset`, or these `ids`, or both. */
export type Read = { offset: number; ids?: readonly string[] } | { offset?: never; ids: readonly string[] };

export interface NotificationClient {
  readonly status: ClientStatus;
  /**
   * Whether a toast may show here: of the tabs that share a connection only in the one in front, or in one if none
   * is. True where tabs do not share.
   */
  readonly presenting: boolean;
  /** At most one subscription for each feed at a time; throws a `TypeError` for a second one. */
  subscribe(feed: string, handlers: FeedHandlers, options?: SubscribeOptions): Subscription;
  /**
   * Keeps what was read on the server, from where it comes to all tabs and devices of this reader (`onRead`). What is
   * temporary is tried again for about a minute, or until `close()`; then it throws as `fetchPage` does, or
   * `ClientError` with the code `no_token`. Repeating it is harmless.
   */
  markRead(feed: string, read: Read): Promise<void>;
  /** Returns the function that removes the listener. */
  on<E extends keyof ClientEvents>(event: E, listener: ClientEvents[E]): () => void;
  /** Disconnects; leaves no timer and calls nobody any more. Safe to repeat. */
  close(): void;
}
