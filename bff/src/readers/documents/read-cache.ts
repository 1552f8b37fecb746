import { LRUCache } from 'lru-cache';

/**
 * Entry lifetime in ms. A change event invalidates the entry immediately. If the event is missed, the entry can be
 * outdated for this long.
 */
const FRESH_MS = 10_000;
const MAX_ENTRIES = 200;

interface Entry<T> {
  value: Promise<T>;
  version?: string;
}

/** Caches reads for 10 s. Concurrent requests share a read. */
export class ReadCache<T> {
  readonly #entries: LRUCache<string, Entry<T>>;
  /** Each document's newest version, according to change events. */
  readonly #announced: LRUCache<string, number>;

  constructor(now: () => number) {
    const bounds = { max: MAX_ENTRIES, ttl: FRESH_MS, ttlResolution: 0, perf: { now } };
    this.#entries = new LRUCache(bounds);
    this.#announced = new LRUCache(bounds);
  }

  /** Returns the cached value, or calls `read`. Doesn't cache rejections. */
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

  /**
   * Caches a written value and its version. Drops the entry instead if the version is unknown, or if an event has
   * already announced a newer version. In that case, another instance wrote the newer version before the response to
   * this write arrived.
   */
  set(key: string, value: T, version: string): void {
    if (version === '' || this.#newestOf(key) > Number(version)) this.#entries.delete(key);
    else this.#entries.set(key, { value: Promise.resolve(value), version });
  }

  /** Drops the entry unless it has this version, so that the next `get` rereads it. */
  forget(key: string, version = ''): void {
    const number = Number(version);
    if (number > this.#newestOf(key)) this.#announced.set(key, number);
    if (version === '' || this.#entries.peek(key)?.version !== version) this.#entries.delete(key);
  }

  get size(): number {
    return this.#entries.size;
  }

  #newestOf(key: string): number {
    return this.#announced.get(key) ?? 0;
  }
}
