import type { Entries } from '../deliver/ports.ts';

/** Entries in this process's memory, gone with it: for tests of our own rules and for work on the ui. */
export class MemoryEntries implements Entries {
  readonly #texts = new Map<string, string>();

  put(key: string, text: string): void {
    this.#texts.set(key, text);
  }

  async peek(key: string): Promise<string | undefined> {
    return this.#texts.get(key);
  }

  async pop(key: string): Promise<string | undefined> {
    const text = this.#texts.get(key);
    this.#texts.delete(key);
    return text;
  }
}
