import { DOCUMENT_VERSION, LATE_WAKE_UPS_KEY, lateWakeUpsSchema, type LateWakeUps } from '@tocsin/contracts';
import { LRUCache } from 'lru-cache';
import { TemporaryError } from '../../../deliver/errors.ts';
import { parseStored } from '../../../deliver/parse-stored.ts';
import { KeyedQueue } from '../../../readers/documents/keyed-queue.ts';
import { writeDocument } from '../../../readers/documents/write-document.ts';
import type { ReaderStore } from '../../../readers/ports.ts';
import type { WakeUps } from '../../ports.ts';
import { AWAY_TTL_SECONDS } from '../document.ts';

export interface DurableWakeUpsOptions {
  wakeUps: WakeUps;
  store: ReaderStore;
  onError: (error: unknown) => void;
  now: () => number;
}

/** Pause after a scheduler failure (ms), so that turns don't wait for the scheduler. */
const PAUSE_MS = 5_000;
const BATCH_SIZE = 100;
/** Maximum wake-ups set in parallel. Low enough for a busy scheduler to accept all of them before the timeout. */
const MAX_PARALLEL = 10;
/** Minimum time before resending an accepted wake-up (ms). Later calls resend it in case the scheduler lost it. */
const RESEND_AFTER_MS = 10 * 60_000;
const MAX_KNOWN = 10_000;
/** Maximum wake-ups per document (about 700 kB). Further wake-ups go into the next document. */
const MAX_PER_DOCUMENT = 10_000;
/** Maximum documents. When all are full, turns with fallbacks wait for the scheduler. */
const MAX_DOCUMENTS = 64;

type Waiting = LateWakeUps['waiting'];

/**
 * Wake-ups that survive an unavailable scheduler. The store keeps wake-ups that the scheduler has not accepted, and
 * every instance retries them until one succeeds.
 */
export class DurableWakeUps implements WakeUps {
  readonly #options: DurableWakeUpsOptions;
  readonly #queue = new KeyedQueue();
  readonly #known: LRUCache<string, true>;
  readonly #timer: NodeJS.Timeout;
  #pausedUntil = 0;
  #isSetting = false;
  /** Wake-ups to store with the next write. */
  readonly #toKeep: Waiting = [];
  #nextWrite: Promise<void> | undefined;
  /** The first document that might have room. All documents before it exist. */
  #firstFree = 0;

  constructor(options: DurableWakeUpsOptions) {
    this.#options = options;
    this.#known = new LRUCache({
      ...{ max: MAX_KNOWN, ttl: RESEND_AFTER_MS, ttlResolution: 0 },
      perf: { now: options.now },
    });
    this.#timer = setInterval(() => void this.setStoredWakeUps(), PAUSE_MS).unref();
  }

  /** Rejects if both the scheduler and the store fail. */
  async set(name: string, at: number): Promise<void> {
    const { wakeUps, onError, now } = this.#options;
    if (this.#known.has(name)) return;
    if (now() >= this.#pausedUntil) {
      try {
        await wakeUps.set(name, at);
        this.#known.set(name, true);
        return;
      } catch (error) {
        this.#pausedUntil = now() + PAUSE_MS;
        onError(error);
      }
    }
    await this.#keep([name, at]);
  }

  /** Passes the wake-ups in the store to the scheduler, and stops if the scheduler fails. Never rejects. */
  async setStoredWakeUps(): Promise<void> {
    const { store, onError, now } = this.#options;
    if (this.#isSetting || now() < this.#pausedUntil) return;
    this.#isSetting = true;
    try {
      for (let number = 0; number < MAX_DOCUMENTS;) {
        const stored = await store.read(keyOf(number));
        const { waiting } = parse(keyOf(number), stored?.value);
        if (waiting.length < MAX_PER_DOCUMENT) this.#firstFree = Math.min(this.#firstFree, number);
        // No later documents exist: each document is created when the previous one is full, and empty documents are not
        // deleted.
        if (!stored) return;
        if (waiting.length === 0) {
          number++;
          continue;
        }
        const accepted = await this.#setAll(waiting.slice(0, BATCH_SIZE));
        if (accepted.size > 0)
          await this.#change(number, (current) => current.filter(([name]) => !accepted.has(name)));
        if (now() < this.#pausedUntil) return;
      }
    } catch (error) {
      this.#pausedUntil = now() + PAUSE_MS;
      onError(error);
    } finally {
      this.#isSetting = false;
    }
  }

  /** Resolves with the names of the wake-ups that the scheduler accepted. Pauses after a failure. */
  async #setAll(waiting: LateWakeUps['waiting']): Promise<Set<string>> {
    const { wakeUps, onError, now } = this.#options;
    const accepted = new Set<string>();
    for (let first = 0; first < waiting.length; first += MAX_PARALLEL) {
      const part = waiting.slice(first, first + MAX_PARALLEL);
      const results = await Promise.allSettled(
        part.map(async ([name, at]) => {
          await wakeUps.set(name, Math.max(at, now()));
          accepted.add(name);
        }),
      );
      const failed = results.find(({ status }) => status === 'rejected');
      if (failed?.status !== 'rejected') continue;
      this.#pausedUntil = now() + PAUSE_MS;
      onError(failed.reason);
      break;
    }
    return accepted;
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Resolves when the wake-up is stored. Wake-ups that arrive during a write share the next write. */
  #keep(wakeUp: Waiting[number]): Promise<void> {
    this.#toKeep.push(wakeUp);
    this.#nextWrite ??= this.#queue.add('next write', () => {
      this.#nextWrite = undefined;
      return this.#store(this.#toKeep.splice(0));
    });
    return this.#nextWrite;
  }

  /** Adds wake-ups to the first document with room, and continues in later documents if they don't fit. */
  async #store(wakeUps: Waiting): Promise<void> {
    let remaining: Waiting = [...new Map(wakeUps)];
    for (let number = this.#firstFree; remaining.length > 0; number++) {
      this.#firstFree = number;
      if (number === MAX_DOCUMENTS)
        throw new TemporaryError(
          `${MAX_DOCUMENTS * MAX_PER_DOCUMENT} wake-ups are already waiting for the scheduler`,
        );
      const added = remaining;
      await this.#change(number, (waiting) => {
        const known = new Set(waiting.map(([name]) => name));
        const missing = added.filter(([name]) => !known.has(name));
        const room = Math.max(0, MAX_PER_DOCUMENT - waiting.length);
        remaining = missing.slice(room);
        return missing.length === 0 || room === 0 ? waiting : [...waiting, ...missing.slice(0, room)];
      });
    }
  }

  #change(number: number, change: (waiting: Waiting) => Waiting): Promise<unknown> {
    const key = keyOf(number);
    return this.#queue.add(key, () =>
      writeDocument(this.#options.store, {
        ...{ key, ttlSeconds: AWAY_TTL_SECONDS },
        plan: async (value) => {
          const { waiting } = parse(key, value);
          const after = change(waiting);
          return after === waiting ? undefined : { v: DOCUMENT_VERSION, waiting: after };
        },
      }),
    );
  }
}

/** Returns a document's key. The first document has the key that earlier versions used for their only document. */
const keyOf = (number: number): string =>
  number === 0 ? LATE_WAKE_UPS_KEY : `${LATE_WAKE_UPS_KEY}-${number}`;

const parse = (key: string, value: unknown): LateWakeUps =>
  value === undefined ? { v: DOCUMENT_VERSION, waiting: [] } : parseStored(lateWakeUpsSchema, value, key);
