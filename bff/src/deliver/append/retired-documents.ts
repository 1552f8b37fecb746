import type { FeedLog } from '../ports.ts';

/** How long to keep documents that the head no longer references (ms), for reads that still use an older head. */
const GRACE_MS = 120_000;
const SWEEP_MS = 5_000;
const KEYS_AT_ONCE = 200;
/**
 * Maximum number of commits with documents waiting for removal. At the limit, further documents stay until they expire.
 * The limit covers two minutes at 400 commits a second, which is more than an instance can handle. Each waiting commit
 * takes about 300 bytes.
 */
const MAX_WAITING = 50_000;

/**
 * Removes documents two minutes after the last head that referenced them was replaced. If the process stops or a
 * removal fails, the documents stay until they expire.
 */
export class RetiredDocuments {
  readonly #log: FeedLog;
  readonly #onError: (error: unknown) => void;
  readonly #due: { at: number; keys: readonly string[] }[] = [];
  readonly #timer: NodeJS.Timeout;

  constructor(log: FeedLog, onError: (error: unknown) => void) {
    this.#log = log;
    this.#onError = onError;
    this.#timer = setInterval(() => void this.#sweep(), SWEEP_MS).unref();
  }

  readonly add = (keys: readonly string[]): void => {
    if (keys.length > 0 && this.#due.length < MAX_WAITING)
      this.#due.push({ at: Date.now() + GRACE_MS, keys });
  };

  stop(): void {
    clearInterval(this.#timer);
  }

  async #sweep(): Promise<void> {
    const firstNotDue = this.#due.findIndex(({ at }) => at > Date.now());
    const keys = this.#due
      .splice(0, firstNotDue < 0 ? this.#due.length : firstNotDue)
      .flatMap((due) => due.keys);
    try {
      for (let start = 0; start < keys.length; start += KEYS_AT_ONCE) {
        await this.#log.removeDocuments(keys.slice(start, start + KEYS_AT_ONCE));
      }
    } catch (error) {
      this.#onError(error);
    }
  }
}
