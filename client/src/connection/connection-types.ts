import type { FeedSocket } from './feed-socket.ts';

/** Callbacks of a connection. */
export interface ConnectionHooks {
  /** Also when this socket takes over from one that is still connected: no `disconnected` comes between. */
  connected: (socket: FeedSocket) => void;
  disconnected: () => void;
  /** Called with each event of the server, not checked yet, but those about the connection itself. */
  event: (name: string, payload: unknown) => void;
  error: (error: Error) => void;
}

/** One connection that is kept up, of this tab or of the tab that leads. */
export interface ClientConnection {
  readonly socket: FeedSocket | undefined;
  /** Whether this tab is the one that may show toasts. */
  readonly presenting: boolean;
  /** Drops the connection, if any, and connects anew: at once, or after the usual pause. */
  reconnect(how: { now: boolean }): void;
  close(): void;
}
