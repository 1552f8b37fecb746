import { DOCUMENT_VERSION, type ApiKey, type KeyUse } from '@tocsin/contracts';

/** Stores when each key was last used. */
export interface KeyUseStore {
  /** Writes `uses` (by key hash) over earlier uses of the same keys. Resolves when all are written. */
  write(uses: ReadonlyMap<string, KeyUse>): Promise<void>;
}

/** Time between writes (ms). A crash loses at most the uses of this period, unless writes were failing. */
export const FLUSH_EVERY_MS = 60_000;

export interface KeyUsesOptions {
  store: KeyUseStore;
  now: () => number;
  /** Called with the error when a write fails. The next write retries the same uses. */
  onFailure: (error: unknown) => void;
}

/** Tracks in memory when each key was last used, and writes all changes once a minute. */
export class KeyUses {
  readonly #options: KeyUsesOptions;
  readonly #timer: NodeJS.Timeout;
  /** Uses not yet written, at most one per key. */
  #pending = new Map<string, KeyUse>();
  /** The last write. Writes never overlap, so a newer use can't be overwritten by an older use. */
  #writing: Promise<void> = Promise.resolve();

  constructor(options: KeyUsesOptions) {
    this.#options = options;
    this.#timer = setInterval(() => void this.flush(), FLUSH_EVERY_MS).unref();
  }

  note({ hash, name }: ApiKey): void {
    const usedAt = new Date(this.#options.now()).toISOString();
    this.#pending.set(hash, { v: DOCUMENT_VERSION, name, usedAt });
  }

  /** Writes the uses since the last write. Never rejects. */
  flush(): Promise<void> {
    this.#writing = this.#writing.then(() => this.#write());
    return this.#writing;
  }

  async #write(): Promise<void> {
    if (this.#pending.size === 0) return;
    const pending = this.#pending;
    this.#pending = new Map();
    try {
      await this.#options.store.write(pending);
    } catch (error) {
      this.#options.onFailure(error);
      this.#pending = new Map([...pending, ...this.#pending]);
    }
  }

  /** Writes the remaining uses, then stops. */
  stop(): Promise<void> {
    clearInterval(this.#timer);
    return this.flush();
  }
}
