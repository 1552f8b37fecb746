interface Countdown {
  left: number;
  readonly done: () => void;
  startedAt: number;
  timer: ReturnType<typeof setTimeout> | undefined;
}

/** Countdowns that all pause while there is any reason to pause, then resume where they left off. */
export class Countdowns {
  readonly #running = new Map<string, Countdown>();
  readonly #reasons = new Set<string>();

  get paused(): boolean {
    return this.#reasons.size > 0;
  }

  /** Calls `done` after `ms` milliseconds, not counting pauses. Restarts a running countdown. */
  start(key: string, ms: number, done: () => void): void {
    this.cancel(key);
    const countdown: Countdown = { left: ms, done, startedAt: Date.now(), timer: undefined };
    this.#running.set(key, countdown);
    if (!this.paused) this.#run(key, countdown);
  }

  cancel(key: string): void {
    clearTimeout(this.#running.get(key)?.timer);
    this.#running.delete(key);
  }

  /** Ends countdowns that have at most `ms` milliseconds left, without calling `done`. Returns the keys. */
  takeDue(ms: number): string[] {
    if (this.paused) return [];
    const now = Date.now();
    const due = [...this.#running].filter(([, { left, startedAt }]) => left - (now - startedAt) <= ms);
    for (const [key] of due) this.cancel(key);
    return due.map(([key]) => key);
  }

  clear(): void {
    for (const key of [...this.#running.keys()]) this.cancel(key);
  }

  pause(reason: string): void {
    const before = this.paused;
    this.#reasons.add(reason);
    if (before) return;
    for (const countdown of this.#running.values()) {
      clearTimeout(countdown.timer);
      countdown.left -= Date.now() - countdown.startedAt;
    }
  }

  resume(reason: string): void {
    if (!this.#reasons.delete(reason) || this.paused) return;
    for (const [key, countdown] of this.#running) this.#run(key, countdown);
  }

  #run(key: string, countdown: Countdown): void {
    countdown.startedAt = Date.now();
    countdown.timer = setTimeout(
      () => {
        this.#running.delete(key);
        countdown.done();
      },
      Math.max(0, countdown.left),
    );
  }
}
