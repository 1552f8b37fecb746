import { TIMING } from '../timing.ts';

export interface SilenceHooks {
  /** Requests a feed's state from the server. Returns false if there is nothing to request because no feed is live. */
  probe: () => boolean;
  /** Called when `suspect` changes. */
  changed: () => void;
}

/**
 * Detects connections that look connected but don't deliver anything. The server sends a position at least every 10 s.
 * If no position arrives, this class sends a single probe. If the probe gets no response, the connection becomes
 * `suspect`. While positions keep arriving, this class sends no probes.
 */
export class Silence {
  readonly #hooks: SilenceHooks;
  #lastActivity = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #suspect = false;

  constructor(hooks: SilenceHooks) {
    this.#hooks = hooks;
  }

  get suspect(): boolean {
    return this.#suspect;
  }

  start(): void {
    this.stop();
    this.#lastActivity = Date.now();
    this.#watch(TIMING.quiet);
  }

  recordActivity(): void {
    this.#lastActivity = Date.now();
    if (!this.#suspect) return;
    this.#suspect = false;
    this.#watch(TIMING.quiet);
    this.#hooks.changed();
  }

  /**
   * Probes the server, and treats the connection as suspect until the server responds. Called when the device has no
   * network.
   */
  verify(): void {
    if (this.#timer === undefined || this.#suspect) return;
    this.#suspect = true;
    if (!this.#hooks.probe()) {
      this.#suspect = false;
      return;
    }
    clearTimeout(this.#timer);
    this.#hooks.changed();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#suspect = false;
  }

  #watch(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      const remaining = this.#lastActivity + TIMING.quiet - Date.now();
      if (remaining > 0) return this.#watch(remaining);
      const probed = this.#hooks.probe();
      if (!probed) return this.#watch(TIMING.quiet);
      const probedAt = Date.now();
      this.#timer = setTimeout(() => {
        if (this.#lastActivity >= probedAt) return this.#watch(TIMING.quiet);
        this.#suspect = true;
        this.#hooks.changed();
      }, TIMING.probe);
    }, ms);
  }
}
