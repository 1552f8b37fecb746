import { COMPONENTS, ENTRY_LIFE_MS, entryKey, type Entry, type EntryName } from '@tocsin/contracts';
import { withSpans, type Sidecar } from '@tocsin/service';
import type { EntryStore } from '../produce/index.ts';

/** Entries as values of Redis, written through Dapr's binding. */
export class DaprEntries implements EntryStore {
  readonly #sidecar: Sidecar;

  constructor(sidecar: Sidecar) {
    this.#sidecar = sidecar;
  }

  async deposit(entry: Entry): Promise<void> {
    await withSpans('deposit', entry, { 'tocsin.feed': entry.feed, 'tocsin.entry': entryKey(entry) }, () =>
      this.#sidecar.invokeBinding(COMPONENTS.entries, {
        operation: 'create',
        metadata: { key: entryKey(entry), ttlInSeconds: String(ENTRY_LIFE_MS / 1_000) },
        data: entry,
      }),
    );
  }

  async isThere(entry: EntryName): Promise<boolean> {
    const metadata = { key: entryKey(entry) };
    return (
      (await this.#sidecar.invokeBinding(COMPONENTS.entries, { operation: 'get', metadata })) !== undefined
    );
  }
}
