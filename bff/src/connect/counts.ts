/** Counts by name. Forgets a name once its count is back to zero. */
export class Counts {
  readonly #counts = new Map<string, number>();

  get(name: string): number {
    return this.#counts.get(name) ?? 0;
  }

  add(name: string): void {
    this.#counts.set(name, this.get(name) + 1);
  }

  remove(name: string): void {
    const remaining = this.get(name) - 1;
    if (remaining > 0) this.#counts.set(name, remaining);
    else this.#counts.delete(name);
  }
}
