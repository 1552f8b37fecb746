import type { TabLocks } from './platform.ts';

export interface ElectionHooks {
  elected: () => void;
  /** Called when this tab's lock was stolen or given up. The tab then waits for the lock again. */
  lost: () => void;
  /** Called if the platform does not provide locks for this page. */
  failed: (reason: unknown) => void;
}

const isAbort = (reason: unknown): boolean =>
  (reason as { name?: unknown } | null | undefined)?.name === 'AbortError';

/**
 * Elects a leader with a lock. At most one tab holds the lock. When that tab is gone, the platform grants the lock to
 * the next waiting tab.
 */
export class Election {
  readonly #locks: TabLocks;
  readonly #name: string;
  readonly #hooks: ElectionHooks;
  /** The current lock request, pending or granted. */
  #request: { abort: AbortController; release?: () => void } | undefined;

  constructor(locks: TabLocks, name: string, hooks: ElectionHooks) {
    this.#locks = locks;
    this.#name = name;
    this.#hooks = hooks;
  }

  waitForLock(): void {
    this.#requestLock(false);
  }

  /** Takes the lock from an unresponsive holder. */
  steal(): void {
    if (this.#request?.release) return;
    this.#requestLock(true);
  }

  /** Releases the lock, and waits for it again behind all other tabs. */
  requeue(): void {
    const release = this.#request?.release;
    this.#hooks.lost();
    this.waitForLock();
    release?.();
  }

  /** Releases the lock or stops waiting for it. */
  close(): void {
    const request = this.#request;
    this.#request = undefined;
    request?.release?.();
    request?.abort.abort();
  }

  #requestLock(steal: boolean): void {
    this.#request?.abort.abort();
    const request: { abort: AbortController; release?: () => void } = { abort: new AbortController() };
    this.#request = request;
    const isCurrent = () => this.#request === request;
    const held = (): Promise<void> =>
      new Promise((resolve) => {
        if (!isCurrent()) return resolve();
        request.release = resolve;
        this.#hooks.elected();
      });
    // Only a waiting request accepts an abort signal. Stealing is immediate.
    const options = steal ? { steal } : { signal: request.abort.signal };
    this.#locks.request(this.#name, options, held).catch((reason: unknown) => {
      if (!isCurrent()) return;
      if (!isAbort(reason)) return this.#hooks.failed(reason);
      this.#request = undefined;
      this.#hooks.lost();
      this.waitForLock();
    });
  }
}
