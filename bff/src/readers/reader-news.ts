import { stateIn, type ReadStates } from './read-states.ts';
import type { MuteLists } from './mute-lists.ts';
import type { ReaderChange, ReaderChannel, ReaderEvent } from './ports.ts';

export interface ReaderNewsOptions {
  channel: Pick<ReaderChannel, 'onTold'>;
  states: Pick<ReadStates, 'stored'>;
  mutes: Pick<MuteLists, 'of'>;
  /** Whether the reader has connections at this instance. */
  isHere: (reader: string) => boolean;
  /** Tells the connections of the reader at this instance. */
  tell: (event: ReaderEvent) => void;
  /** Told when a document cannot be read; it is tried again. */
  onFault: (error: unknown) => void;
  pause: (ms: number) => Promise<void>;
}

const ATTEMPTS = 5;
const AGAIN_MS = 1_000;

/**
 * Tells a reader's connections here what has changed: the change says only that, the document says what. Changes that
 * come while a document is read share one more read.
 */
export class ReaderNews {
  readonly #use: ReaderNewsOptions;
  /** Documents that are being read; true if they are to be read again. */
  readonly #reading = new Map<string, boolean>();

  constructor(options: ReaderNewsOptions) {
    this.#use = options;
    options.channel.onTold((change) => {
      if (options.isHere(change.reader)) void this.#told(change);
    });
  }

  async #told(change: ReaderChange): Promise<void> {
    const key = JSON.stringify([change.name, change.reader, change.name === 'read' && change.feed]);
    if (this.#reading.has(key)) {
      this.#reading.set(key, true);
      return;
    }
    do {
      this.#reading.set(key, false);
      await this.#tell(change);
    } while (this.#reading.get(key));
    this.#reading.delete(key);
  }

  async #tell(change: ReaderChange): Promise<void> {
    const { tell, isHere, onFault, pause } = this.#use;
    for (let attempt = 1; isHere(change.reader); attempt++) {
      try {
        const event = await this.#read(change);
        if (event) tell(event);
        return;
      } catch (error) {
        onFault(error);
        // Their pages have it all the same, the next time they ask.
        if (attempt === ATTEMPTS) return;
        await pause(AGAIN_MS);
      }
    }
  }

  async #read(change: ReaderChange): Promise<ReaderEvent | undefined> {
    const { states, mutes } = this.#use;
    const { reader } = change;
    if (change.name === 'mutes') return { name: 'mutes', reader, event: await mutes.of(reader) };
    const { feed } = change;
    const document = await states.stored(reader, feed);
    if (!document) return undefined;
    const { epoch } = document;
    return { name: 'read', reader, event: { feed, epoch, ...stateIn(epoch, document) } };
  }
}
