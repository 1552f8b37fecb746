import { partitionEntryKey, type PartitionEntry } from '@tocsin/contracts';
import type { EntryStore } from '../produce/index.ts';

/** Entries in this process's memory, as the JSON that a store would hold, by key. */
export class MemoryEntries implements EntryStore {
  readonly values = new Map<string, string>();

  deposit(entry: PartitionEntry): Promise<void> {
    this.values.set(partitionEntryKey(entry), JSON.stringify(entry));
    return Promise.resolve();
  }
}
