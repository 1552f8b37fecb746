import { partitionEntryKey, type PartitionEntry } from '@tocsin/contracts';
import type { ClaimCheck } from './claim-check.ts';

/** Stores entries in memory, for tests and development without Dapr. The entries don't survive a restart. */
export class MemoryClaimCheck implements ClaimCheck {
  readonly #texts = new Map<string, string>();

  async deposit(entry: PartitionEntry): Promise<void> {
    this.put(partitionEntryKey(entry), JSON.stringify(entry));
  }

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

  async ready(): Promise<void> {}
}
