/** After a call by Dapr an actor counts as hosted here for so long, in ms. */
const HOME_MS = 10_000;

/** The actors whose calls Dapr has lately brought to this instance. */
export class HostedActors {
  readonly #until = new Map<string, number>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  add(name: string): void {
    const now = this.#now();
    // The oldest come first: all are kept equally long.
    for (const [other, until] of this.#until) {
      if (until > now) break;
      this.#until.delete(other);
    }
    this.#until.delete(name);
    this.#until.set(name, now + HOME_MS);
  }

  remove(name: string): void {
    this.#until.delete(name);
  }

  has(name: string): boolean {
    return (this.#until.get(name) ?? 0) > this.#now();
  }
}
