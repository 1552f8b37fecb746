import { COMPONENTS, ENTRY_LIFE_MS, entryKey, type Entry } from '@tocsin/contracts';
import { withTrace, type Sidecar } from '@tocsin/service';
import type { EntryStore } from '../produce/index.ts';

/** Entries as values of Redis, written through Dapr's binding. */
export class DaprEntries implements EntryStore {
  readonly #sidecar: Sidecar;

  constructor(sidecar: Sidecar) {
    this.#sidecar = sidecar;
  }

  async deposit(entry: Entry): Promise<void> {
    await withTrace(entry.traceparent, () =>
      this.#sidecar.invokeBinding(COMPONENTS.entries, {
        operation: 'create',
        metadata: { key: entryKey(entry), ttlInSeconds: String(ENTRY_LIFE_MS / 1_000) },
        data: entry,
      }),
    );
  }
}
