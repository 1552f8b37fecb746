import { DOCUMENT_VERSION, LATE_WAKE_UPS_KEY, lateWakeUpsSchema, type LateWakeUps } from '@tocsin/contracts';
import { LRUCache } from 'lru-cache';
import { TemporaryError } from '../../../deliver/errors.ts';
import { parseStored } from '../../../deliver/parse-stored.ts';
import { KeyedQueue } from '../../../readers/documents/keyed-queue.ts';
import { writeDocument } from '../../../readers/documents/write-document.ts';
import type { ReaderStore } from '../../../readers/ports.ts';
import type { WakeUps } from '../../ports.ts';
import { AWAY_TTL_SECONDS } from '../document.ts';

export interface SureWakeUpsOptions {
  wakeUps: WakeUps;
  store: ReaderStore;
  /** Called when the scheduler or the store cannot be reached. */
  onFault: (error: unknown) => void;
  now: () => number;
}

/** After a failure, the scheduler is not asked for this time in ms, so that turns do not wait for it. */
const REST_MS = 5_000;
const AT_ONCE = 100;
/** A wake-up that this instance has set is not set again for this time in ms. Afterwards it is, in case the scheduler lost it. */
const KNOWN_MS = 10 * 60_000;
const MAX_KNOWN = 10_000;
/** About 700 kB. Beyond this, turns with fallbacks wait for the scheduler. */
const MAX_LATE = 10_000;

/**
 * Wake-ups that do not depend on the scheduler at the moment when they are set: a wake-up that it does not accept
 * is kept in the store, and every instance tries to set it until one succeeds.
 */
export class SureWakeUps implements WakeUps {
  readonly #use: SureWakeUpsOptions;
  readonly #turns = new KeyedQueue();
  readonly #known: LRUCache<string, true>;
  readonly #timer: NodeJS.Timeout;
  #restsUntil = 0;

  constructor(options: SureWakeUpsOptions) {
    this.#use = options;
    this.#known = new LRUCache({
      ...{ max: MAX_KNOWN, ttl: KNOWN_MS, ttlResolution: 0 },
      perf: { now: options.now },
    });
    this.#timer = setInterval(() => void this.setLate(), REST_MS).unref();
  }

  /** Rejects if neither the scheduler nor the store took the wake-up. */
  async set(name: string, at: number): Promise<void> {
    const { wakeUps, onFault, now } = this.#use;
    if (this.#known.has(name)) return;
    if (now() >= this.#restsUntil) {
      try {
        await wakeUps.set(name, at);
        this.#known.set(name, true);
        return;
      } catch (error) {
        this.#restsUntil = now() + REST_MS;
        onFault(error);
      }
    }
    await this.#change((waiting) => {
      if (waiting.length >= MAX_LATE)
        throw new TemporaryError(`the scheduler has not taken ${MAX_LATE} wake-ups`);
      return waiting.some(([other]) => other === name) ? waiting : [...waiting, [name, at]];
    });
  }

  /** Sets kept wake-ups again. Never rejects. */
  async setLate(): Promise<void> {
    const { wakeUps, store, onFault, now } = this.#use;
    if (now() < this.#restsUntil) return;
    try {
      const { waiting } = parse((await store.read(LATE_WAKE_UPS_KEY))?.value);
      const part = waiting.slice(0, AT_ONCE);
      if (part.length === 0) return;
      await Promise.all(part.map(([name, at]) => wakeUps.set(name, Math.max(at, now()))));
      const done = new Set(part.map(([name]) => name));
      await this.#change((current) => current.filter(([name]) => !done.has(name)));
    } catch (error) {
      this.#restsUntil = now() + REST_MS;
      onFault(error);
    }
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
