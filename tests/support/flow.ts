import { setTimeout as delay } from 'node:timers/promises';
import { Caller, Observer, audit, isClean, longestPause } from '@tocsin/lab';
import { type Pair, type Stack } from '@tocsin/tools';
import { expect } from 'vitest';
import { startStream } from './stream.ts';

/** The effect of a fault. */
export interface Done {
  /** Time from which deliveries are expected again (ms since 1970). */
  back: number;
  /** The instances whose clients expect them. */
  watched: readonly Pair[];
  /** Restores everything that is still away. */
  heal?: () => Promise<void>;
}

const BEFORE_MS = 1_500;
/** Shortest time to watch deliveries, with and without a limit. */
const WATCH_MS = 6_000;
const SHORT_WATCH_MS = 2_000;

/** A caller, and clients on each instance of a stack that watch the feed of all. */
export class Flow {
  readonly caller: Caller;
  readonly #observers: ReadonlyMap<Pair, Observer[]>;

  constructor({ producers, bffs }: Stack, clientsPerInstance = 2) {
    this.caller = new Caller({ urls: producers.map(({ url }) => url) });
    this.#observers = new Map(
      bffs.map((pair) => [
        pair,
        Array.from(
          { length: clientsPerInstance },
          (_, i) => new Observer(`client ${i + 1} of ${pair.name}`, pair.url),
        ),
      ]),
    );
  }

  get observers(): Observer[] {
    return [...this.#observers.values()].flat();
  }

  async ready(): Promise<void> {
    await Promise.all(this.observers.map((observer) => observer.ready()));
  }

  close(): void {
    for (const observer of this.observers) observer.close();
  }

  /** Resolves when every client has shown everything acknowledged, once and in order. */
  async complete(timeoutMs = 30_000): Promise<void> {
    const acknowledged = [...this.caller.acknowledged.keys()];
    await Promise.all(this.observers.map((observer) => observer.sees(acknowledged, timeoutMs)));
    const accounts = this.observers.map((observer) => audit(observer, acknowledged));
    expect(accounts.filter((account) => !isClean(account))).toEqual([]);
  }

  /**
   * Runs a stream of notifications around `fault`, which resolves when deliveries are expected again.
   * Requires that nothing is lost and no client gets a gap. Prints and resolves with the longest pause of any
   * watched client in ms. It watches for longer than twice the `bound`, so that a test can compare.
   */
  async through(label: string, fault: () => Promise<Done>, bound = 0): Promise<number> {
    const gaps = () => this.observers.map((observer) => observer.gaps.length);
    const before = gaps();
    const stream = startStream(this.caller, label);
    let done: Done;
    let end: number;
    try {
      await delay(BEFORE_MS);
      done = await fault();
      const rest = done.back + 2 * bound + 1_000 - Date.now();
      await delay(bound > 0 ? Math.max(WATCH_MS, rest) : SHORT_WATCH_MS);
      end = Date.now();
      await done.heal?.();
    } finally {
      await stream.stop();
    }
    await this.complete();
    expect(gaps()).toEqual(before);
    const { watched, back } = done;
    const clients = watched.flatMap((pair) => this.#observers.get(pair) ?? []);
    const pause = Math.max(...clients.map((client) => longestPause([client], back, end)));
    console.log(
      `deliveries paused for ${Math.round(pause)} ms${bound ? ` (bound ${bound} ms)` : ''}: ${label}`,
    );
    return pause;
  }
}
