import type { ClientStatus } from '../types.ts';
import { TIMING } from '../timing.ts';

/** Derives the status from `live` and `online`. Uses a single timer. */
export class StatusTracker {
  #status: ClientStatus = 'connecting';
  #wasLive = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #timeIsUp = false;
  readonly #changed: (status: ClientStatus) => void;

  constructor(changed: (status: ClientStatus) => void) {
    this.#changed = changed;
  }

  get status(): ClientStatus {
    return this.#status;
  }

  update(live: boolean, online: boolean): void {
    if (live) {
      this.stop();
      this.#timeIsUp = false;
      this.#wasLive = true;
      return this.#set('live');
    }
    this.#timer ??= setTimeout(() => {
      this.#timeIsUp = true;
      this.#set('offline');
    }, TIMING.offlineAfter);
    if (!online || this.#timeIsUp) return this.#set('offline');
    this.#set(this.#wasLive ? 'reconnecting' : 'connecting');
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #set(status: ClientStatus): void {
    if (status === this.#status) return;
    this.#status = status;
    this.#changed(status);
  }
}
