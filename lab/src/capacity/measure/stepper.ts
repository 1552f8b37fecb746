import { setTimeout as delay } from 'node:timers/promises';
import type { Numbers } from '../../bench/workloads/workload.ts';
import { withCrowd, type ReceivedEvents } from './crowd.ts';
import { publish, type Pace } from './publish.ts';
import type { Rig } from './rig.ts';
import { SIZES } from './sizes.ts';
import { measureWindow, type Window } from './window.ts';

export interface Context {
  numbers: Numbers;
  signal: AbortSignal;
  say: (line: string) => void;
}

export const feedOf = (kind: string, count: number) => (index: number) => `topic:${kind}-${index % count}`;

/** Runs measurement steps on a rig. */
export class Steps {
  readonly rig: Rig;
  readonly windows: Window[] = [];
  readonly #context: Context;

  constructor(rig: Rig, context: Context) {
    this.rig = rig;
    this.#context = context;
  }

  get context(): Context {
    return this.#context;
  }

  publish(pace: Pick<Pace, 'requests' | 'feedOf'> & Partial<Pace>) {
    return publish(this.rig, { payload: SIZES.payload, ...this.#context, ...pace });
  }

  /** Measures a window and adds it to `windows`. */
  async window(step: string, work: Parameters<typeof measureWindow>[2]): Promise<Window> {
    this.#context.say(`${this.rig.instances} bffs: ${step}`);
    const window = await measureWindow(this.rig, step, work);
    this.windows.push(window);
    return window;
  }

  /** Like `withCrowd`, but also measures a window while the clients connect. */
  async crowd<T>(
    step: string,
    crowd: Parameters<typeof withCrowd>[1],
    work: (received: ReceivedEvents) => Promise<T>,
  ): Promise<T> {
    let connected = (): void => undefined;
    let window: Promise<Window> | undefined;
    await new Promise<void>((begun) => {
      window = this.window(step, async () => {
        const all = new Promise<void>((resolve) => (connected = resolve));
        begun();
        await all;
        return { connects: crowd.count };
      });
    });
    return withCrowd(this.rig, crowd, async (received) => {
      connected();
      await window;
      return work(received);
    });
  }

  /** Publishes `rate` requests per second for this long. */
  publishAt(
    rate: number,
    seconds: number,
    feedAt: (index: number) => string,
    pace: Pick<Pace, 'size' | 'spread'> = {},
  ) {
    return this.publish({ rate, requests: Math.round(rate * seconds), feedOf: feedAt, ...pace });
  }

  /** Measures a window without activity. */
  idle(step: string, seconds: number, connections = 0, pings = 0): Promise<Window> {
    return this.window(step, async () => {
      await delay(seconds * 1000);
      return { connections, pings };
    });
  }
}
