import type { Broadcast, Broadcaster } from '../deliver/ports.ts';
import type { ReaderChange, ReaderChannel } from '../readers/ports.ts';

/** Reaches this instance only: for a single instance, for tests of our own rules and for work on the ui. */
export class MemoryBroadcaster implements Broadcaster, ReaderChannel {
  readonly #listeners: ((event: Broadcast) => void)[] = [];
  readonly #readerListeners: ((event: ReaderChange) => void)[] = [];

  async broadcast(events: readonly Broadcast[]): Promise<void> {
    for (const event of events) for (const listener of this.#listeners) listener(event);
  }

  onEvent(listener: (event: Broadcast) => void): void {
    this.#listeners.push(listener);
  }

  async tell(change: ReaderChange): Promise<void> {
    for (const listener of this.#readerListeners) listener(change);
  }

  onTold(listener: (event: ReaderChange) => void): void {
    this.#readerListeners.push(listener);
  }
}
