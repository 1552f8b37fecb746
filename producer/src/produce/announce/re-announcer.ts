import { parseDateTime, type PartitionAnnouncement } from '@tocsin/contracts';
import type { Announcer, Observer } from '../ports.ts';
import { retryUntilSettled } from '../deposit/retry-until-settled.ts';

/** Announcements made once more that may be under way at a time, so that they leave the way free for new entries. */
const MAX_RINGING = 8;

interface Bell {
  announcement: PartitionAnnouncement;
  /** Whether a later announcement has made this one needless. */
  superseded: () => boolean;
}

/**
 * Announces finished entries once more, each until the outcome is known, its entry has expired, a later entry of
 * the run was announced, or `signal` aborts.
 */
export class ReAnnouncer {
  readonly #waiting: Bell[] = [];
  readonly #announcer: Announcer;
  readonly #observer: Observer;
  readonly #signal: AbortSignal;
  #ringing = 0;
  #quiet: (() => void)[] = [];

  constructor(announcer: Announcer, observer: Observer, signal: AbortSignal) {
    this.#announcer = announcer;
    this.#observer = observer;
    this.#signal = signal;
  }

  ring(announcement: PartitionAnnouncement, superseded: () => boolean = () => false): void {
    this.#waiting.push({ announcement, superseded });
    this.#pump();
  }

  /** Resolves when no bell is ringing or waits to. */
  async quiet(): Promise<void> {
    if (this.#ringing > 0) await new Promise<void>((resolve) => this.#quiet.push(resolve));
  }

  #pump(): void {
    while (this.#ringing < MAX_RINGING) {
      const bell = this.#waiting.shift();
      if (!bell) break;
      this.#ringing++;
      void this.#ringOne(bell).then(() => {
        this.#ringing--;
        this.#pump();
      });
    }
    if (this.#ringing === 0) for (const resolve of this.#quiet.splice(0)) resolve();
  }

  async #ringOne({ announcement, superseded }: Bell): Promise<void> {
    const expiresAt = parseDateTime(announcement.expiresAt) ?? 0;
    const known = await retryUntilSettled(() => this.#announcer.announce(announcement), {
      over: () => this.#signal.aborted || superseded() || Date.now() >= expiresAt,
      onFailure: (error) => this.#observer.failed('ring', announcement, error),
      signal: this.#signal,
    });
    if (known) this.#observer.done('ring', announcement);
  }
}
