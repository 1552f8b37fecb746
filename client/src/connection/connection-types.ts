import type { NotificationClientOptions } from '../types.ts';
import type { FeedSocket } from './feed-socket.ts';

/** Callbacks that a connection calls. */
export interface ConnectionHooks {
  /**
   * Called when a socket is connected. If the new socket replaces a socket that is still connected, `disconnected` is
   * not called for the old one.
   */
  connected: (socket: FeedSocket) => void;
  disconnected: () => void;
  /** Called with each server event before validation. Not called for events about the connection itself. */
  event: (name: string, payload: unknown) => void;
  error: (error: Error) => void;
}

export interface TabHooks extends ConnectionHooks {
  presenting: (now: boolean) => void;
}

/**
 * A connection that reconnects automatically: either this tab's own connection, or the connection of the leader tab,
 * which the tabs share.
 */
export interface ClientConnection {
  readonly socket: FeedSocket | undefined;
  /** Whether this tab may show toasts or, if a feed is passed, this feed's toasts. */
  presents(feed?: string): boolean;
  /** Drops any existing connection and reconnects, immediately or after the usual delay. */
  reconnect(how: { now: boolean }): void;
  close(): void;
}

export type Connect = (options: NotificationClientOptions, hooks: ConnectionHooks) => ClientConnection;
