import { entryKey, type Entry, type EntryName } from '@tocsin/contracts';
import type { EntryStore } from '../produce/index.ts';

/** Entries in this process's memory, as the JSON that a store would hold, by key. */
export class MemoryEntries implements EntryStore {
  readonly values = new Map<string, string>();

  deposit(entry: Entry): Promise<void> {
    this.values.set(entryKey(entry), JSON.stringify(entry));
    return Promise.resolve();
  }

  isThere(entry: EntryName): Promise<boolean> {
    return Promise.resolve(this.values.has(entryKey(entry)));
  }
}
