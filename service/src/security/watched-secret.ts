import { backOff, pause } from '@tocsin/contracts/pause';

export interface WatchedSecretOptions<T> {
  /** Resolves with the secret, or with `undefined` if it is missing. */
  read: () => Promise<string | undefined>;
  /** Throws if the text is invalid. */
  parse: (text: string) => T;
  /** Used in messages, for example `the token secret`. */
  what: string;
  /** Called after each failed attempt. */
  onError: (error: unknown) => void;
  /** Default: 60 s. */
  everyMs?: number;
}

const EVERY_MS = 60_000;
const FIRST_RETRY_MS = 250;
const LAST_RETRY_MS = 5_000;

/**
 * A secret that is read on startup and then at intervals, so that it can change while the process runs. If a later read
 * fails or returns an invalid value, the last valid value stays in use.
 */
export class WatchedSecret<T> {
  readonly #options: WatchedSecretOptions<T>;
  readonly #stopping = new AbortController();
  #current: { value: T } | undefined;
  #fault: unknown;
  #reading: Promise<boolean> | undefined;

  constructor(options: WatchedSecretOptions<T>) {
    this.#options = options;
    void this.#watch();
  }

  get isLoaded(): boolean {
    return this.#current !== undefined;
  }

  /** Returns the value. Throws an Error with an explanation until the secret has been read. */
  get(): T {
    if (this.#current) return this.#current.value;
    const reason =
      this.#fault instanceof Error ? this.#fault.message : 'The first read is still in progress.';
    throw new Error(`Not available yet: ${this.#options.what}. ${reason}`, { cause: this.#fault });
  }

  /** Like `get`, but reads the secret first if it hasn't been read yet. Rejects if that fails. */
  async load(): Promise<T> {
    if (!this.#current) await this.#read();
    return this.get();
  }

  stop(): void {
    this.#stopping.abort();
  }

  /** Never rejects. */
  async #watch(): Promise<void> {
    const { signal } = this.#stopping;
    for (let attempt = 0; !signal.aborted;) {
      attempt = (await this.#read()) ? 0 : attempt + 1;
      const retryMs = backOff(attempt - 1, FIRST_RETRY_MS, LAST_RETRY_MS);
      await pause(attempt === 0 ? (this.#options.everyMs ?? EVERY_MS) : retryMs, signal);
    }
  }

  #read(): Promise<boolean> {
    this.#reading ??= this.#readOnce().finally(() => (this.#reading = undefined));
    return this.#reading;
  }

  async #readOnce(): Promise<boolean> {
    const { read, parse, what, onError } = this.#options;
    try {
      const text = await read();
      if (text === undefined) throw new Error(`The secret store does not contain ${what}.`);
      this.#current = { value: parse(text) };
      return true;
    } catch (error) {
      this.#fault = error;
      if (!this.#stopping.signal.aborted) onError(error);
      return false;
    }
  }
}
