import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';

/** Maximum bytes that a session may send before sign-in, enough for a token of 16,384 characters and its packet. */
export const MAX_PENDING_BYTES = 64 * 1024;

/** A session that has not signed in, with its TCP connections and the number of bytes that it has sent. */
export class PendingSession {
  readonly sockets = new Set<Socket>();
  readonly #onExceeded: () => void;
  readonly #ends = new Set<() => void>();
  #bytes = 0;

  constructor(onExceeded: () => void) {
    this.#onExceeded = onExceeded;
  }

  /** Starts counting the bytes of a request's body or, for an upgrade, of its connection. */
  count(request: IncomingMessage, upgrade: boolean): void {
    this.sockets.add(request.socket);
    // A poll has no body, and engine.io treats it as aborted if its stream is read to the end.
    if (!upgrade && request.method !== 'POST') return;
    const stream = upgrade ? request.socket : request;
    const onData = ({ length }: Buffer): void => {
      this.#bytes += length;
      if (this.#bytes > MAX_PENDING_BYTES) this.#onExceeded();
    };
    const end = (): void => {
      stream.off('data', onData);
      stream.off('close', end);
      this.#ends.delete(end);
    };
    this.#ends.add(end);
    stream.on('data', onData);
    stream.once('close', end);
  }

  end(): void {
    for (const end of this.#ends) end();
    this.sockets.clear();
  }
}
