import {
  DOCUMENT_VERSION,
  LATE_RECEIPTS_KEY,
  lateReceiptsSchema,
  type LateReceipts as LateDocument,
  type ReceiptEvent,
} from '@tocsin/contracts';
import { TemporaryError } from '../../../deliver/errors.ts';
import { parseStored } from '../../../deliver/parse-stored.ts';
import { sizeOf } from '../../../feed/present.ts';
import { KeyedQueue } from '../../../readers/documents/keyed-queue.ts';
import { writeDocument } from '../../../readers/documents/write-document.ts';
import type { ReaderStore } from '../../../readers/ports.ts';
import type { PublishReceipt } from './publish-receipts.ts';

export interface LateReceiptsOptions {
  publish: PublishReceipt;
  store: ReaderStore;
  onError: (error: unknown) => void;
  now: () => number;
}

/**
 * Pause after a broker failure (ms). During the pause, events go to the store, so that marking notifications as read
 * doesn't wait for the broker.
 */
const PAUSE_MS = 5_000;
/** Maximum bytes of events in the store. At the limit, publishing rejects until the broker is back. */
const MAX_KEPT_BYTES = 512 * 1024;
/** An attempt ends after this many failed events. The remaining events wait for the next attempt. */
const MAX_FAILED = 3;
/** The store keeps events for a day, like the broker. */
const TTL_SECONDS = 24 * 60 * 60;

/**
 * Accepts events even while the broker is unavailable. The store keeps them, and every instance tries to publish them
 * until one succeeds.
 */
export class LateReceipts {
  readonly #options: LateReceiptsOptions;
  readonly #queue = new KeyedQueue();
  readonly #timer: NodeJS.Timeout;
  #pausedUntil = 0;
  /** The current run of `publishStored`. A concurrent run would publish the same events twice. */
  #publishing: Promise<void> | undefined;

  constructor(options: LateReceiptsOptions) {
    this.#options = options;
    this.#timer = setInterval(() => void this.publishStored(), PAUSE_MS).unref();
  }

  /** Resolves once the broker has accepted the event or the store has saved it. Rejects if both fail. */
  async publish(event: ReceiptEvent): Promise<void> {
    const { publish, onError, now } = this.#options;
    if (now() >= this.#pausedUntil) {
      try {
        return await publish(event);
      } catch (error) {
        this.#pausedUntil = now() + PAUSE_MS;
        onError(error);
      }
    }
    await this.#change((waiting) => {
      if (waiting.some(({ id }) => id === event.id)) return waiting;
      const after = [...waiting, event];
      if (sizeOf(after) > MAX_KEPT_BYTES)
        throw new TemporaryError('too many receipts are waiting for the broker');
      return after;
    });
  }

  /** Publishes the events in the store and removes expired events. Never rejects. */
  publishStored(): Promise<void> {
    this.#publishing ??= this.#publishWaiting().finally(() => (this.#publishing = undefined));
    return this.#publishing;
  }

  async #publishWaiting(): Promise<void> {
    const { store, onError, now } = this.#options;
    if (now() < this.#pausedUntil) return;
    try {
      const { waiting } = parse((await store.read(LATE_RECEIPTS_KEY))?.value);
      if (waiting.length === 0) return;
      const published = await this.#publishAll(waiting);
      const oldest = now() - TTL_SECONDS * 1000;
      await this.#remove(({ id, time }) => published.has(id) || Date.parse(time) < oldest);
    } catch (error) {
      onError(error);
    }
  }

  /** Resolves with the published events' ids. Continues after a failed event, but stops after MAX_FAILED. */
  async #publishAll(events: readonly ReceiptEvent[]): Promise<Set<string>> {
    const published = new Set<string>();
    let failed = 0;
    for (const event of events) {
      try {
        await this.#options.publish(event);
        published.add(event.id);
      } catch (error) {
        this.#options.onError(error);
        if (++failed === MAX_FAILED) break;
      }
    }
    return published;
  }

  /** Removes an erased feed's events from the store. */
  erase(feed: string): Promise<unknown> {
    return this.#remove(({ data }) => data.feed === feed);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #remove(isRemoved: (event: ReceiptEvent) => boolean): Promise<unknown> {
    return this.#change((waiting) =>
      waiting.some(isRemoved) ? waiting.filter((event) => !isRemoved(event)) : waiting,
    );
  }

  #change(change: (waiting: LateDocument['waiting']) => LateDocument['waiting']): Promise<unknown> {
    return this.#queue.add(LATE_RECEIPTS_KEY, () =>
      writeDocument(this.#options.store, {
        ...{ key: LATE_RECEIPTS_KEY, ttlSeconds: TTL_SECONDS },
        plan: async (value) => {
          const { waiting } = parse(value);
          const after = change(waiting);
          return after === waiting ? undefined : { v: DOCUMENT_VERSION, waiting: after };
        },
      }),
    );
  }
}

const parse = (value: unknown): LateDocument =>
  value === undefined
    ? { v: DOCUMENT_VERSION, waiting: [] }
    : parseStored(lateReceiptsSchema, value, LATE_RECEIPTS_KEY);
