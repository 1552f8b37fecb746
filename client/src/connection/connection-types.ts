import type { FeedSocket } from './feed-socket.ts';

/** Callbacks of a connection. */
export interface ConnectionHooks {
  /** Called also when this socket replaces one that is still connected; `disconnected` is then not called. */
  connected: (socket: FeedSocket) => void;
  disconnected: () => void;
  /** Called with each server event, unchecked, except the events about the connection itself. */
  event: (name: string, payload: unknown) => void;
  error: (error: Error) => void;
}

/** One connection that reconnects by itself: of this tab, or shared by the leader tab. */
export interface ClientConnection {
  readonly socket: FeedSocket | undefined;
  /** Whether this tab may show toasts. */
  readonly presenting: boolean;
  /** Drops the connection, if any, and reconnects: at once, or after the usual pause. */
  reconnect(how: { now: boolean }): void;
  close(): void;
}
