/** The kind of a message, besides its notifications: everything that a connection must act on. */
export interface Step {
  /** To be sent at once. */
  send?: string;
  /** The client is subscribed from here on. */
  ready?: true;
  /** The server refuses the client. */
  fault?: string;
}

/** The dialogue of one connection. */
export interface Dialogue {
  /** Sent as soon as the connection is established. */
  readonly hello?: string;
  take(message: Buffer): Step | undefined;
  /** The client's position, for a later connection; `undefined` if unknown. */
  position(): string | undefined;
}

export interface DialogueOptions {
  feed: string;
  /** Subscribed to one after the other behind the first; the client is ready when it has them all. */
  further?: readonly string[];
  /** `position()` of an earlier connection, from which to recover. */
  position?: string;
}

export type ProtocolName = 'plain' | 'socket.io' | 'centrifugo' | 'tocsin';

/** How one speaks to a peer's sockets. */
export interface Protocol {
  /** By which another process finds it. */
  name: ProtocolName;
  /** Path and query of the WebSocket. */
  path: string;
  begin(options: DialogueOptions): Dialogue;
}

export const READY: Step = { ready: true };
