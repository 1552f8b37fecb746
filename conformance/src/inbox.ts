import { setTimeout as sleep } from 'node:timers/promises';

export interface Received {
  event: string;
  data: Record<string, unknown>;
  /** Of a stream: the id that came with it. */
  id?: string | undefined;
}

const LOOK_MS = 10;

/** Everything that a connection has received, in order, and ways to wait for it. */
export class Inbox {
  readonly all: Received[] = [];
  /** Why the connection ended; `undefined` while it lives. */
  ended: string | undefined;
  readonly #patienceMs: number;

  constructor(patienceMs: number) {
    this.#patienceMs = patienceMs;
  }

  of(event: string): Received[] {
    return this.all.filter((one) => one.event === event);
  }

  /** Waits for an event of this name that `fits`. @throws Error with all that came instead */
  async has(
    event: string,
    fits: (data: Received['data']) => boolean = () => true,
    patienceMs = this.#patienceMs,
  ): Promise<Received> {
    const found = () => this.all.find((one) => one.event === event && fits(one.data));
    await this.until(() => found() !== undefined, `an event ${event}`, patienceMs);
    return found() as Received;
  }

  /** Waits until `holds`. @throws Error that says what was awaited, and what came */
  async until(holds: () => boolean, what: string, patienceMs = this.#patienceMs): Promise<void> {
    const end = Date.now() + patienceMs;
    while (!holds()) {
      if (Date.now() > end) throw new Error(`waited ${patienceMs} ms for ${what}; came: ${this.#text()}`);
      await sleep(LOOK_MS);
    }
  }

  #text(): string {
    const events = this.all.map(({ event, data }) => `${event} ${JSON.stringify(data)}`.slice(0, 200));
    return `${events.slice(-8).join(' | ') || 'nothing'}${this.ended ? `; it ended: ${this.ended}` : ''}`;
  }
}
