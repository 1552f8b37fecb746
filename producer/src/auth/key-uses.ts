import { DOCUMENT_VERSION, type ApiKey, type KeyUse } from '@tocsin/contracts';

/** Keeps when each key was used last. */
export interface KeyUseStore {
  /** Resolves when all of them, by the hash of their key, are kept in place of what was kept before. */
  write(uses: ReadonlyMap<string, KeyUse>): Promise<void>;
}

/** The last use of a key is at most so much older in the store than it was, in ms. */
export const FLUSH_EVERY_MS = 60_000;

export interface KeyUsesOptions {
  store: KeyUseStore;
  now: () => number;
  /** Told why uses could not be kept; they are kept with the next. */
  onFailure: (error: unknown) => void;
}

/** Notes when keys are used, and writes it once a minute: a use costs no call. */
export class KeyUses {
  readonly #options: KeyUsesOptions;
  readonly #timer: NodeJS.Timeout;
  /** What is not written yet; it has no more names than there are records. */
  #noted = new Map<string, KeyUse>();

  constructor(options: KeyUsesOptions) {
    this.#options = options;
    this.#timer = setInterval(() => void this.flush(), FLUSH_EVERY_MS).unref();
  }

  note({ hash, name }: ApiKey): void {
    const usedAt = new Date(this.#options.now()).toISOString();
    this.#noted.set(hash, { v: DOCUMENT_VERSION, name, usedAt });
  }

  /** Writes what was noted since the last time; never rejects. */
  async flush(): Promise<void> {
    if (this.#noted.size === 0) return;
    const noted = this.#noted;
    this.#noted = new Map();
    try {
      await this.#options.store.write(noted);
    } catch (error) {
      this.#options.onFailure(error);
      this.#noted = new Map([...noted, ...this.#noted]);
    }
  }

  /** Writes what is left, and no more after that. */
  stop(): Promise<void> {
    clearInterval(this.#timer);
    return this.flush();
  }
}
