import type { ReaderEventName, ServerEvents } from '@tocsin/contracts';
import type { ReaderChannel } from '../ports.ts';
import type { ReaderChange, ReaderChangeOf, ReaderEvent } from './reader-change.ts';

/** Reads an event's payload from the changed document. `undefined` if the document is gone. */
export type ReaderEventSources = {
  readonly [Name in ReaderEventName]: (
    change: ReaderChangeOf<Name>,
  ) => Promise<ServerEvents[Name] | undefined>;
};

export interface ReaderEventsOptions {
  channel: Pick<ReaderChannel, 'onChange'>;
  sources: ReaderEventSources;
  /** Whether the reader has connections on this instance. */
  isConnected: (reader: string) => boolean;
  /** Sends an event to the reader's connections on this instance. */
  send: (event: ReaderEvent) => void;
  /** Called when reading a document fails. The read is retried. */
  onError: (error: unknown) => void;
  pause: (ms: number) => Promise<void>;
}

const ATTEMPTS = 5;
const RETRY_MS = 1_000;

/**
 * Turns document changes into events for the reader's connections on this instance. Changes to a document that arrive
 * while it is being read are combined into one more read.
 */
export class ReaderEvents {
  readonly #options: ReaderEventsOptions;
  /** Documents being read. True means that a reread is needed. */
  readonly #reading = new Map<string, boolean>();

  constructor(options: ReaderEventsOptions) {
    this.#options = options;
    options.channel.onChange((change) => {
      if (options.isConnected(change.reader)) void this.#changed(change);
    });
  }

  async #changed(change: ReaderChange): Promise<void> {
    const key = JSON.stringify([change.name, change.reader, 'feed' in change && change.feed]);
    if (this.#reading.has(key)) {
      this.#reading.set(key, true);
      return;
    }
    do {
      this.#reading.set(key, false);
      await this.#send(change);
    } while (this.#reading.get(key));
    this.#reading.delete(key);
  }

  async #send(change: ReaderChange): Promise<void> {
    const { send, isConnected, onError, pause } = this.#options;
    for (let attempt = 1; isConnected(change.reader); attempt++) {
      try {
        const event = await this.#read(change);
        if (event) send(event);
        return;
      } catch (error) {
        onError(error);
        // Give up. Browsers get the change on the next request.
        if (attempt === ATTEMPTS) return;
        await pause(RETRY_MS);
      }
    }
  }

  async #read(change: ReaderChange): Promise<ReaderEvent | undefined> {
    const { name, reader } = change;
    const read = this.#options.sources[name] as (
      change: ReaderChange,
    ) => Promise<ReaderEvent['payload'] | undefined>;
    const payload = await read(change);
    return payload && ({ reader, name, payload } as ReaderEvent);
  }
}
