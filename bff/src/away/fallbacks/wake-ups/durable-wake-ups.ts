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
const AT_ONCE = 100;
/** Maximum wake-ups set in parallel. Low enough for a busy scheduler to accept them in time. */
const IN_PARALLEL = 10;
/**
 * A wake-up that the scheduler has accepted isn't resent for this long (ms). After that it is, in case the scheduler
 * has lost it.
 */
const KNOWN_MS = 10 * 60_000;
const MAX_KNOWN = 10_000;
/** Maximum wake-ups kept in the store (about 700 kB). Beyond it, turns with fallbacks wait for the scheduler. */
const MAX_KEPT = 10_000;

/**
 * Wake-ups that can be set even while the scheduler is unavailable. The store then keeps them, and every instance tries
 * to set them until one succeeds.
 */
export class DurableWakeUps implements WakeUps {
  readonly #use: DurableWakeUpsOptions;
  readonly #turns = new KeyedQueue();
  readonly #known: LRUCache<string, true>;
  readonly #timer: NodeJS.Timeout;
  #pausedUntil = 0;
  #isSetting = false;

  constructor(options: DurableWakeUpsOptions) {
    this.#use = options;
    this.#known = new LRUCache({
      ...{ max: MAX_KNOWN, ttl: KNOWN_MS, ttlResolution: 0 },
      perf: { now: options.now },
    });
    this.#timer = setInterval(() => void this.setKeptWakeUps(), PAUSE_MS).unref();
  }

  /** Rejects if both the scheduler and the store fail. */
  async set(name: string, at: number): Promise<void> {
    const { wakeUps, onError, now } = this.#use;
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
    await this.#change((waiting) => {
      if (waiting.length >= MAX_KEPT)
        throw new TemporaryError(`${MAX_KEPT} wake-ups are already waiting for the scheduler`);
      return waiting.some(([other]) => other === name) ? waiting : [...waiting, [name, at]];
    });
  }

  /** Passes the wake-ups in the store to the scheduler until it fails. Never rejects. */
  async setKeptWakeUps(): Promise<void> {
    const { store, onError, now } = this.#use;
    if (this.#isSetting || now() < this.#pausedUntil) return;
    this.#isSetting = true;
    try {
      for (;;) {
        const { waiting } = parse((await store.read(LATE_WAKE_UPS_KEY))?.value);
        if (waiting.length === 0) return;
        const accepted = await this.#setAll(waiting.slice(0, AT_ONCE));
        await this.#change((current) => current.filter(([name]) => !accepted.has(name)));
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
    const { wakeUps, onError, now } = this.#use;
    const accepted = new Set<string>();
    for (let first = 0; first < waiting.length; first += IN_PARALLEL) {
      const part = waiting.slice(first, first + IN_PARALLEL);
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

  #change(change: (waiting: LateWakeUps['waiting']) => LateWakeUps['waiting']): Promise<unknown> {
    return this.#turns.add(LATE_WAKE_UPS_KEY, () =>
      writeDocument(this.#use.store, {
        ...{ key: LATE_WAKE_UPS_KEY, ttlSeconds: AWAY_TTL_SECONDS },
        plan: async (value) => {
          const { waiting } = parse(value);
          const after = change(waiting);
          return after === waiting ? undefined : { v: DOCUMENT_VERSION, waiting: after };
        },
      }),
    );
  }
}

const parse = (value: unknown): LateWakeUps =>
  value === undefined
    ? { v: DOCUMENT_VERSION, waiting: [] }
    : parseStored(lateWakeUpsSchema, value, LATE_WAKE_UPS_KEY);
