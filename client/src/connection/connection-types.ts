import type { NotificationClientOptions } from '../types.ts';
import type { FeedSocket } from './feed-socket.ts';

/** Callbacks that a connection calls. */
export interface ConnectionHooks {
  /**
   * Also called when this socket replaces another socket that is still connected. In that case, `disconnected` isn't
   * called for the old socket.
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
 * A connection that reconnects automatically: either this tab's own connection or the leader tab's shared connection.
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
