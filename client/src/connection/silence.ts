import { TIMING } from '../timing.ts';

export interface SilenceHooks {
  /** Asks the server for a feed's state. Returns false if there is no feed to ask about. */
  probe: () => boolean;
  /** Called when `doubtful` has changed. */
  changed: () => void;
}

/**
 * Detects a connection that looks connected but delivers nothing. The server sends positions at least every 10 s. If
 * they stop, it asks the server once. Without an answer, the connection becomes `doubtful`. Sends nothing on a
 * connection that delivers.
 */
export class Silence {
  readonly #hooks: SilenceHooks;
  #lastActivity = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #doubtful = false;

  constructor(hooks: SilenceHooks) {
    this.#hooks = hooks;
  }

  get doubtful(): boolean {
    return this.#doubtful;
  }

  /** Starts watching a new connection. */
  start(): void {
    this.stop();
    this.#lastActivity = Date.now();
    this.#watch(TIMING.quiet);
  }

  /** Records a sign of life from the server. */
  recordActivity(): void {
    this.#lastActivity = Date.now();
    if (!this.#doubtful) return;
    this.#doubtful = false;
    this.#watch(TIMING.quiet);
    this.#hooks.changed();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#doubtful = false;
  }

  #watch(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      const left = this.#lastActivity + TIMING.quiet - Date.now();
      if (left > 0) return this.#watch(left);
      const probed = this.#hooks.probe();
      if (!probed) return this.#watch(TIMING.quiet);
      const probedAt = Date.now();
      this.#timer = setTimeout(() => {
        if (this.#lastActivity >= probedAt) return this.#watch(TIMING.quiet);
        this.#doubtful = true;
        this.#hooks.changed();
      }, TIMING.doubt);
    }, ms);
  }
}
