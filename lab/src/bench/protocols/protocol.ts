/** How the client reacts to a server message. Notifications don't need a reaction. */
export interface Step {
  /** A message to send immediately. */
  send?: string;
  /** The client is now subscribed. */
  ready?: true;
  /** Why the server rejected the client. */
  fault?: string;
}

/** The message exchange on a connection. */
export interface Dialogue {
  /** Sent as soon as the connection is established. */
  readonly hello?: string;
  take(message: Buffer): Step | undefined;
  /** The client's position, to recover from later; `undefined` if unknown. */
  position(): string | undefined;
}

export interface DialogueOptions {
  feed: string;
  /** Additional feeds to subscribe to sequentially. The client is ready after the last subscription. */
  additionalFeeds?: readonly string[];
  /** An earlier connection's `position()` to recover from. */
  position?: string;
}

export type ProtocolName = 'plain' | 'socket.io' | 'centrifugo' | 'tocsin';

export interface Protocol {
  /** The name that other processes use to look up the protocol. */
  name: ProtocolName;
  /** The path and query of the WebSocket URL. */
  path: string;
  begin(options: DialogueOptions): Dialogue;
}

export const READY: Step = { ready: true };
