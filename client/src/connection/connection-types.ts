import type { FeedSocket } from './feed-socket.ts';

/** Callbacks of a connection. */
export interface ConnectionHooks {
  /** Also called when this socket replaces one that is still connected; `disconnected` is not called then. */
  connected: (socket: FeedSocket) => void;
  disconnected: () => void;
  /** Called with each server event, unchecked, except for events about the connection itself. */
  event: (name: string, payload: unknown) => void;
  error: (error: Error) => void;
}

/** A connection that reconnects automatically: this tab's own, or the one that the leader tab shares. */
export interface ClientConnection {
  readonly socket: FeedSocket | undefined;
  /** Whether this tab may show toasts. */
  readonly presenting: boolean;
  /** Drops the connection, if any, and reconnects: immediately, or after the usual pause. */
  reconnect(how: { now: boolean }): void;
  close(): void;
}
