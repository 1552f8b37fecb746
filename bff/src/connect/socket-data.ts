import type { Identity } from '@tocsin/contracts';

/** The reader behind a connection. */
export interface SocketData {
  /** Not set if no token is required. */
  identity?: Identity;
  /** The reader whose read state and mutes apply. */
  reader: string;
}
