import type { NotificationClientOptions } from '../types.ts';
import type { FeedSocket } from './feed-socket.ts';

/** Connection callbacks. */
export interface ConnectionHooks {
  /**
   * Also called when this socket replaces one that is still connected. `disconnected` isn't called for the replaced
   * socket.
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

/** A connection that reconnects automatically: this tab's own, or the one shared by the leader tab. */
export interface ClientConnection {
  readonly socket: FeedSocket | undefined;
  /** Whether this tab may show toasts. */
  readonly presenting: boolean;
  /** Drops any existing connection and reconnects, immediately or after the usual delay. */
  reconnect(how: { now: boolean }): void;
  close(): void;
}

export type Connect = (options: NotificationClientOptions, hooks: ConnectionHooks) => ClientConnection;
