import { setTimeout as delay } from 'node:timers/promises';
import { Caller, Observer, audit, isClean, longestPause } from '@tocsin/lab';
import { type Pair, type Stack } from '@tocsin/tools';
import { expect } from 'vitest';
import { startStream } from './stream.ts';

/** When and where deliveries should resume after a fault. */
export interface FaultResult {
  /** When deliveries should have resumed (ms since 1970). */
  resumesAt: number;
  /** The instances where clients should be receiving deliveries after the fault. */
  affected: readonly Pair[];
  /** Restarts any processes that are still down. */
  restore?: () => Promise<void>;
}

/** Time (ms) to publish before the fault. */
const BEFORE_FAULT_MS = 1_500;
/** Minimum time (ms) to watch deliveries after a fault if the test bounds the pause. */
const WATCH_MS = 6_000;
/** Time (ms) to watch deliveries after a fault if the test doesn't bound the pause. */
const SHORT_WATCH_MS = 2_000;

/** A caller that publishes to a stack, and clients of the feed `all` on each of its instances. */
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
          (_, i) => new Observer(`client ${i + 1} on ${pair.name}`, pair.url),
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

  /**
   * Resolves when every client has shown all acknowledged notifications. Checks that they were shown in order and
   * exactly once.
   */
  async complete(timeoutMs = 60_000): Promise<void> {
    const acknowledged = [...this.caller.acknowledged.keys()];
    await Promise.all(this.observers.map((observer) => observer.untilShown(acknowledged, timeoutMs)));
    const results = this.observers.map((observer) => audit(observer, acknowledged));
    expect(results.filter((result) => !isClean(result))).toEqual([]);
  }

  /**
   * Publishes a stream of notifications before, during and after `fault`. Checks that no notification is lost and no
   * client reports a gap. Prints the longest pause (ms) that any affected client saw from `resumesAt` on, and resolves
   * with it. Tests allow a pause of up to 2 × `bound` (ms), so this method watches for longer than that.
   */
  async during(label: string, fault: () => Promise<FaultResult>, bound = 0): Promise<number> {
    const gaps = () => this.observers.map((observer) => observer.gaps.length);
    const before = gaps();
    const stream = startStream(this.caller, label);
    let done: FaultResult;
    let end: number;
    try {
      await delay(BEFORE_FAULT_MS);
      done = await fault();
      const rest = done.resumesAt + 2 * bound + 1_000 - Date.now();
      await delay(bound > 0 ? Math.max(WATCH_MS, rest) : SHORT_WATCH_MS);
      end = Date.now();
      await done.restore?.();
    } finally {
      await stream.stop();
    }
    await this.complete();
    expect(gaps()).toEqual(before);
    const { affected, resumesAt } = done;
    const clients = affected.flatMap((pair) => this.#observers.get(pair) ?? []);
    const pause = Math.max(...clients.map((client) => longestPause([client], resumesAt, end)));
    console.log(
      `deliveries paused for ${Math.round(pause)} ms${bound ? ` (bound ${bound} ms)` : ''}: ${label}`,
    );
    return pause;
  }
}
