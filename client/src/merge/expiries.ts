import { parseDateTime } from '@tocsin/contracts';
import { dropOldest } from './drop-oldest.ts';

/** Maximum number of watched keys. If there are more, the oldest are dropped. */
const MAX_WATCHED = 10_000;
/** The longest delay that `setTimeout` supports. With a longer delay, it would fire immediately. */
const MAX_TIMEOUT_MS = 2_147_483_647;

/** Reports expired notifications. A single timer waits for the next expiry. */
export class Expiries {
  readonly #due = new Map<string, number>();
  readonly #onExpired: (keys: string[]) => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #timerAt = Infinity;

  constructor(onExpired: (keys: string[]) => void) {
    this.#onExpired = onExpired;
  }

  /** Watches a key that expires at `expiresAt` (RFC 3339). Ignores keys that are already watched. */
  watch(key: string, expiresAt: string | undefined): void {
    const due = expiresAt === undefined ? undefined : parseDateTime(expiresAt);
    if (due === undefined || this.#due.has(key)) return;
    this.#due.set(key, due);
    dropOldest(this.#due, MAX_WATCHED);
    this.#wakeAt(due);
  }

  forget(keys: Iterable<string>): void {
    for (const key of keys) this.#due.delete(key);
    if (this.#due.size === 0) this.stop();
  }

  /** Drops all keys and clears the timer. */
  stop(): void {
    this.#due.clear();
    clearTimeout(this.#timer);
    this.#timerAt = Infinity;
  }

  /** Reports expired keys now. Needed after the device has slept, because timers stop during sleep. */
  check(): void {
    const now = Date.now();
    const expired = [...this.#due].flatMap(([key, due]) => (due <= now ? [key] : []));
    this.forget(expired);
    this.#timerAt = Infinity;
    this.#wakeAt(Math.min(...this.#due.values()));
    if (expired.length > 0) this.#onExpired(expired);
  }

  #wakeAt(time: number): void {
    if (time >= this.#timerAt) return;
    clearTimeout(this.#timer);
    this.#timerAt = time;
    this.#timer = setTimeout(() => this.check(), Math.min(Math.max(0, time - Date.now()), MAX_TIMEOUT_MS));
  }
}
