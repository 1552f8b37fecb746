import { MAX_PAST_INSTANCES, PAST_SECONDS, parseDateTime, type PastInstance } from '@tocsin/contracts';
import type { PastHourStore } from '../ops/ports.ts';

export class MemoryPastHourStore implements PastHourStore {
  readonly #documents = new Map<string, PastInstance>();
  readonly #now: () => number;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  async save(past: PastInstance): Promise<void> {
    this.#documents.set(past.instance, past);
    const newestFirst = [...this.#documents.values()].toSorted((a, b) => (a.at > b.at ? -1 : 1));
    for (const { instance } of newestFirst.slice(MAX_PAST_INSTANCES))
      if (instance !== past.instance) this.#documents.delete(instance);
  }

  async find(instance: string): Promise<PastInstance | undefined> {
    return (await this.read()).find((past) => past.instance === instance);
  }

  async read(): Promise<PastInstance[]> {
    const oldest = this.#now() - PAST_SECONDS * 1_000;
    return [...this.#documents.values()].filter(({ at }) => (parseDateTime(at) ?? 0) > oldest);
  }
}
