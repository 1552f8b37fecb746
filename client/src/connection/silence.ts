import { TIMING } from '../timing.ts';

export interface SilenceHooks {
  /** Requests a feed's state from the server. Returns false if no feeds are live. */
  probe: () => boolean;
  /** Called when `doubtful` changes. */
  changed: () => void;
}

/**
 * Detects connections that look connected but don't deliver anything. The server sends positions at least every 10 s.
 * If they stop, this class sends a single probe. If there is no response, the connection becomes `doubtful`. While
 * positions keep arriving, no probes are sent.
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

  start(): void {
    this.stop();
    this.#lastActivity = Date.now();
    this.#watch(TIMING.quiet);
  }

  recordActivity(): void {
    this.#lastActivity = Date.now();
    if (!this.#doubtful) return;
    this.#doubtful = false;
    this.#watch(TIMING.quiet);
    this.#hooks.changed();
  }

  /** Probes the server and considers the connection doubtful until it responds. Called if there is no network. */
  doubt(): void {
    if (this.#timer === undefined || this.#doubtful) return;
    this.#doubtful = true;
    if (!this.#hooks.probe()) {
      this.#doubtful = false;
      return;
    }
    clearTimeout(this.#timer);
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
