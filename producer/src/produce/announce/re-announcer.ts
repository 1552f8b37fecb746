import { parseDateTime, type PartitionAnnouncement } from '@tocsin/contracts';
import type { Announcer, Observer } from '../ports.ts';
import { retryUntilSettled } from '../deposit/retry-until-settled.ts';

/** Maximum number of repeated announcements in flight, so that they don't hold up new entries. */
const MAX_IN_PROGRESS = 8;

interface Repetition {
  announcement: PartitionAnnouncement;
  /** True if a later announcement has superseded this one. */
  isSuperseded: () => boolean;
}

/**
 * Repeats the announcements of finished entries. Retries each announcement until it succeeds, the entry expires, a
 * later entry in the run is announced, or `signal` aborts.
 */
export class ReAnnouncer {
  readonly #waiting: Repetition[] = [];
  readonly #announcer: Announcer;
  readonly #observer: Observer;
  readonly #signal: AbortSignal;
  #inProgress = 0;
  #whenIdle: (() => void)[] = [];

  constructor(announcer: Announcer, observer: Observer, signal: AbortSignal) {
    this.#announcer = announcer;
    this.#observer = observer;
    this.#signal = signal;
  }

  repeat(announcement: PartitionAnnouncement, isSuperseded: () => boolean = () => false): void {
    this.#waiting.push({ announcement, isSuperseded });
    this.#pump();
  }

  /** Resolves when no announcement is waiting or in progress. */
  async idle(): Promise<void> {
    if (this.#inProgress > 0) await new Promise<void>((resolve) => this.#whenIdle.push(resolve));
  }

  #pump(): void {
    while (this.#inProgress < MAX_IN_PROGRESS) {
      const next = this.#waiting.shift();
      if (!next) break;
      this.#inProgress++;
      void this.#announce(next).then(() => {
        this.#inProgress--;
        this.#pump();
      });
    }
    if (this.#inProgress === 0) for (const resolve of this.#whenIdle.splice(0)) resolve();
  }

  async #announce({ announcement, isSuperseded }: Repetition): Promise<void> {
    const expiresAt = parseDateTime(announcement.expiresAt) ?? 0;
    const isSettled = await retryUntilSettled(() => this.#announcer.announce(announcement), {
      shouldStop: () => this.#signal.aborted || isSuperseded() || Date.now() >= expiresAt,
      onFailure: (error) => this.#observer.failed('ring', announcement, error),
      signal: this.#signal,
    });
    if (isSettled) this.#observer.done('ring', announcement);
  }
}
