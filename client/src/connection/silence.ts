import { TIMING } from '../timing.ts';

export interface SilenceHooks {
  /** Asks the server for an answer; false if there is nothing to ask about. */
  ask: () => boolean;
  /** `doubtful` has changed. */
  changed: () => void;
}

/**
 * Notices that nothing comes of a connection that looks connected. The server tells positions at least every 10 s; when
 * they stay away it is asked, once, and without any sign of life after that the connection is `doubtful`. A live
 * connection costs no message.
 */
export class Silence {
  readonly #hooks: SilenceHooks;
  #heardAt = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #doubtful = false;

  constructor(hooks: SilenceHooks) {
    this.#hooks = hooks;
  }

  get doubtful(): boolean {
    return this.#doubtful;
  }

  /** The connection is there: begins to listen. */
  start(): void {
    this.stop();
    this.#heardAt = Date.now();
    this.#listen(TIMING.quiet);
  }

  /** Something came from the server. */
  heard(): void {
    this.#heardAt = Date.now();
    if (!this.#doubtful) return;
    this.#doubtful = false;
    this.#listen(TIMING.quiet);
    this.#hooks.changed();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#doubtful = false;
  }

  #listen(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      const left = this.#heardAt + TIMING.quiet - Date.now();
      if (left > 0) return this.#listen(left);
      const asked = this.#hooks.ask();
      if (!asked) return this.#listen(TIMING.quiet);
      const askedAt = Date.now();
      this.#timer = setTimeout(() => {
        if (this.#heardAt >= askedAt) return this.#listen(TIMING.quiet);
        this.#doubtful = true;
        this.#hooks.changed();
      }, TIMING.doubt);
    }, ms);
  }
}
