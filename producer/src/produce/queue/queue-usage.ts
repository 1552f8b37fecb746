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
 * Counts the notifications in the queue, both in total and by caller. A request fits if the caller's resulting usage
 * doesn't exceed the current free space. With small requests, the first caller gets half of the queue, and the second
 * caller gets a quarter. Requests without a key can fill the whole queue.
 */
export class QueueUsage {
  readonly #limits: QueueLimits;
  readonly #total: Amount = { count: 0, bytes: 0 };
  readonly #ofCaller = new Map<string, Amount>();

  constructor(limits: QueueLimits) {
    this.#limits = limits;
  }

  get count(): number {
    return this.#total.count;
  }

  hasRoom(caller: CallerName, { count, bytes }: Amount): boolean {
    const own = this.#own(caller);
    return (
      own.count + count <= this.#limits.count - this.#total.count &&
      own.bytes + bytes <= this.#limits.bytes - this.#total.bytes
    );
  }

  add(caller: CallerName, { count, bytes }: Amount): void {
    this.#total.count += count;
    this.#total.bytes += bytes;
    if (caller === undefined) return;
    const own = this.#own(caller);
    const next = { count: own.count + count, bytes: own.bytes + bytes };
    if (next.count > 0) this.#ofCaller.set(caller, next);
    else this.#ofCaller.delete(caller);
  }

  remove(caller: CallerName, { count, bytes }: Amount): void {
    this.add(caller, { count: -count, bytes: -bytes });
  }

  #own(caller: CallerName): Amount {
    return (caller !== undefined && this.#ofCaller.get(caller)) || NOTHING;
  }
}

const NOTHING: Amount = { count: 0, bytes: 0 };
