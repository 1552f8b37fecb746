import type { Broadcast, Broadcaster } from '../deliver/ports.ts';
import type { ReaderChannel } from '../readers/ports.ts';
import type { ReaderChange } from '../readers/events/reader-change.ts';

/** A broadcaster for a single instance: small deployments, tests and UI development. */
export class MemoryBroadcaster implements Broadcaster, ReaderChannel {
  readonly #listeners: ((event: Broadcast) => void)[] = [];
  readonly #readerListeners: ((change: ReaderChange) => void)[] = [];

  async broadcast(events: readonly Broadcast[]): Promise<void> {
    for (const event of events) for (const listener of this.#listeners) listener(event);
  }

  onEvent(listener: (event: Broadcast) => void): void {
    this.#listeners.push(listener);
  }

  /** Never calls the listener: events don't leave this process. */
  onGap(): void {}

  async publish(change: ReaderChange): Promise<void> {
    for (const listener of this.#readerListeners) listener(change);
  }

  onChange(listener: (change: ReaderChange) => void): void {
    this.#readerListeners.push(listener);
  }
}
