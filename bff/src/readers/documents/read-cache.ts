import { LRUCache } from 'lru-cache';

/** A change event invalidates an entry at once; after this time, in ms, so does an event that was missed. */
const FRESH_MS = 10_000;
const MAX_ENTRIES = 200;

interface Entry<T> {
  value: Promise<T>;
  version?: string;
}

/** Caches reads for 10 s, so that simultaneous requests share one read. */
export class ReadCache<T> {
  readonly #entries: LRUCache<string, Entry<T>>;

  constructor(now: () => number) {
    this.#entries = new LRUCache({ max: MAX_ENTRIES, ttl: FRESH_MS, ttlResolution: 0, perf: { now } });
  }

  /** The cached value, or else the answer of `read`. A rejection is not cached. */
  get(key: string, read: () => Promise<T>): Promise<T> {
    const known = this.#entries.get(key);
    if (known) return known.value;
    const entry: Entry<T> = { value: read() };
    this.#entries.set(key, entry);
    entry.value.catch(() => {
      if (this.#entries.peek(key) === entry) this.#entries.delete(key);
    });
    return entry.value;
  }

  /** Caches a value that was written, with its version. */
  set(key: string, value: T, version: string): void {
    this.#entries.set(key, { value: Promise.resolve(value), version });
  }

  /** Drops the entry, unless it was written as `version`. The next `get` then reads anew. */
  forget(key: string, version = ''): void {
    if (version === '' || this.#entries.peek(key)?.version !== version) this.#entries.delete(key);
  }

  get size(): number {
    return this.#entries.size;
  }
}
