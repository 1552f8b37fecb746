import type { CallerName } from './turns.ts';

export interface QueueLimits {
  /** Maximum number of notifications in the queue. */
  count: number;
  /** Maximum queue size in bytes of JSON. */
  bytes: number;
}

interface Amount {
  count: number;
  bytes: number;
}

/**
 * Counts the notifications in the queue, in total and for each caller (API key). A request fits if the caller's usage,
 * including the request, is no larger than the space that was free before the request. With small requests, the first
 * caller can therefore fill half of the queue, the second caller half of the rest, and so on. Requests without a key
 * count only toward the total, so they can fill the whole queue.
 */
export class QueueUsage {
  readonly #limits: QueueLimits;
  readonly #total: Amount = { count: 0, bytes: 0 };
  readonly #byCaller = new Map<string, Amount>();

  constructor(limits: QueueLimits) {
    this.#limits = limits;
  }

  get count(): number {
    return this.#total.count;
  }

  hasRoom(caller: CallerName, { count, bytes }: Amount): boolean {
    const usage = this.#usageOf(caller);
    return (
      usage.count + count <= this.#limits.count - this.#total.count &&
      usage.bytes + bytes <= this.#limits.bytes - this.#total.bytes
    );
  }

  add(caller: CallerName, { count, bytes }: Amount): void {
    this.#total.count += count;
    this.#total.bytes += bytes;
    if (caller === undefined) return;
    const usage = this.#usageOf(caller);
    const next = { count: usage.count + count, bytes: usage.bytes + bytes };
    if (next.count > 0) this.#byCaller.set(caller, next);
    else this.#byCaller.delete(caller);
  }

  remove(caller: CallerName, { count, bytes }: Amount): void {
    this.add(caller, { count: -count, bytes: -bytes });
  }

  #usageOf(caller: CallerName): Amount {
    return (caller !== undefined && this.#byCaller.get(caller)) || NO_USAGE;
  }
}

const NO_USAGE: Amount = { count: 0, bytes: 0 };
