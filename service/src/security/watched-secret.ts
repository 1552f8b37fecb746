import { backOff, pause } from '@tocsin/contracts/pause';

export interface WatchedSecretOptions<T> {
  /** Reads the secret; `undefined` when there is none. */
  read: () => Promise<string | undefined>;
  /** Throws when the text cannot be used. */
  parse: (text: string) => T;
  /** What the secret is, for sentences: `the secret for tokens`. */
  what: string;
  /** Told of each attempt that failed. */
  onFault: (error: unknown) => void;
  /** Default 60 s. */
  everyMs?: number;
}

const EVERY_MS = 60_000;
const FIRST_RETRY_MS = 250;
const LAST_RETRY_MS = 5_000;

/**
 * A secret that is read at the start and again every minute, so that it can be changed while its reader runs. What
 * was read last stays in use when it cannot be read, or cannot be used, later.
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

  get isKnown(): boolean {
    return this.#current !== undefined;
  }

  /** @throws Error with the reason why it is not known yet */
  get(): T {
    if (this.#current) return this.#current.value;
    const reason = this.#fault instanceof Error ? this.#fault.message : 'It is being read.';
    throw new Error(`Not known yet: ${this.#options.what}. ${reason}`, { cause: this.#fault });
  }

  /** As `get`, and reads it at once where it is not known yet. Rejects with the reason why it is not. */
  async known(): Promise<T> {
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
      const again = backOff(attempt - 1, FIRST_RETRY_MS, LAST_RETRY_MS);
      await pause(attempt === 0 ? (this.#options.everyMs ?? EVERY_MS) : again, signal);
    }
  }

  #read(): Promise<boolean> {
    this.#reading ??= this.#readOnce().finally(() => (this.#reading = undefined));
    return this.#reading;
  }

  async #readOnce(): Promise<boolean> {
    const { read, parse, what, onFault } = this.#options;
    try {
      const text = await read();
      if (text === undefined) throw new Error(`The secret store does not have ${what}.`);
      this.#current = { value: parse(text) };
      return true;
    } catch (error) {
      this.#fault = error;
      if (!this.#stopping.signal.aborted) onFault(error);
      return false;
    }
  }
}
