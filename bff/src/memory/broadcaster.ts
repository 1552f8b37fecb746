import type { PublicationsEvent } from '@tocsin/contracts';
import type { Broadcaster } from '../deliver/ports.ts';
import type { ReaderChannel, ReaderChange } from '../read/ports.ts';

/** Reaches this instance only: for a single instance, for tests of our own rules and for work on the ui. */
export class MemoryBroadcaster implements Broadcaster, ReaderChannel {
  readonly #listeners: ((event: PublicationsEvent) => void)[] = [];
  readonly #readerListeners: ((event: ReaderChange) => void)[] = [];

  async broadcast(event: PublicationsEvent): Promise<void> {
    for (const listener of this.#listeners) listener(event);
  }

  onEvent(listener: (event: PublicationsEvent) => void): void {
    this.#listeners.push(listener);
  }

  async tell(change: ReaderChange): Promise<void> {
    for (const listener of this.#readerListeners) listener(change);
  }

  onTold(listener: (event: ReaderChange) => void): void {
    this.#readerListeners.push(listener);
  }
}
