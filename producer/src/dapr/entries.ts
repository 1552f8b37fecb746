import { COMPONENTS, ENTRY_LIFE_MS, partitionEntryKey, type PartitionEntry } from '@tocsin/contracts';
import { withSpans, type Sidecar } from '@tocsin/service';
import type { EntryStore } from '../produce/index.ts';

/** Entries as values of Redis, written through Dapr's binding. */
export class DaprEntries implements EntryStore {
  readonly #sidecar: Sidecar;

  constructor(sidecar: Sidecar) {
    this.#sidecar = sidecar;
  }

  async deposit(entry: PartitionEntry): Promise<void> {
    await withSpans('deposit', entry, { 'tocsin.entry': partitionEntryKey(entry) }, () =>
      this.#sidecar.invokeBinding(COMPONENTS.entries, {
        operation: 'create',
        metadata: { key: partitionEntryKey(entry), ttlInSeconds: String(ENTRY_LIFE_MS / 1_000) },
        data: entry,
      }),
    );
  }
}
