/** Events report changes. A missed event is made up for after this time, in ms. */
const FRESH_MS = 10_000;
const MAX_REMEMBERED = 200;

/** Recently read documents, so that many concurrent requests cost one read. */
export class ReadCache<T> {
  readonly #now: () => number;
  readonly #entries = new Map<string, { value: Promise<T>; until: number; version?: string }>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /** The cached document, or the result of `read`. Rejections are not cached. */
  get(key: string, read: () => Promise<T>): Promise<T> {
    const known = this.#entries.get(key);
    if (known && known.until > this.#now()) return known.value;
    const entry = { value: read(), until: this.#now() + FRESH_MS };
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    entry.value.catch(() => {
      if (this.#entries.get(key) === entry) this.#entries.delete(key);
    });
    const [oldest] = this.#entries.keys();
    if (this.#entries.size > MAX_REMEMBERED && oldest !== undefined) this.#entries.delete(oldest);
    return entry.value;
  }

  /** Caches a written document with its version. */
  set(key: string, value: T, version: string): void {
    this.forget(key);
    void this.get(key, () => Promise.resolve(value));
    const entry = this.#entries.get(key);
    if (entry) entry.version = version;
  }

  /** The next request reads again, unless the cached document has that version. */
  forget(key: string, version = ''): void {
    if (version === '' || this.#entries.get(key)?.version !== version) this.#entries.delete(key);
  }

  get size(): number {
    return this.#entries.size;
  }
}
