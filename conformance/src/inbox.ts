import { setTimeout as sleep } from 'node:timers/promises';

export interface Received {
  event: string;
  data: Record<string, unknown>;
  /** The event's id if it arrived on a stream. */
  id?: string | undefined;
}

const POLL_MS = 10;

/** The events that a connection has received, oldest first. A case can wait for an event. */
export class Inbox {
  readonly all: Received[] = [];
  /** Why the connection closed. `undefined` while it's open. */
  closeReason: string | undefined;
  readonly #patienceMs: number;

  constructor(patienceMs: number) {
    this.#patienceMs = patienceMs;
  }

  received(event: string): Received[] {
    return this.all.filter((received) => received.event === event);
  }

  /**
   * Waits for an event with this name that satisfies `matches`.
   * @throws Error that lists the received events if no such event arrives in time
   */
  async waitFor(
    event: string,
    matches: (data: Received['data']) => boolean = () => true,
    patienceMs = this.#patienceMs,
  ): Promise<Received> {
    const found = () => this.all.find((received) => received.event === event && matches(received.data));
    await this.waitUntil(() => found() !== undefined, `the ${event} event`, patienceMs);
    return found() as Received;
  }

  /**
   * Waits until `isMet` returns true.
   * @throws Error that describes the condition and lists the received events if that takes too long
   */
  async waitUntil(isMet: () => boolean, goal: string, patienceMs = this.#patienceMs): Promise<void> {
    const end = Date.now() + patienceMs;
    while (!isMet()) {
      if (Date.now() > end) throw new Error(`waited ${patienceMs} ms for ${goal}; received: ${this.#text()}`);
      await sleep(POLL_MS);
    }
  }

  #text(): string {
    const events = this.all.map(({ event, data }) => `${event} ${JSON.stringify(data)}`.slice(0, 200));
    return `${events.slice(-8).join(' | ') || 'nothing'}${this.closeReason ? `; the connection closed: ${this.closeReason}` : ''}`;
  }
}
