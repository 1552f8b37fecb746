import {
  COMPONENTS,
  DUE_WINDOW_KEY,
  dueWindowSchema,
  dueKey,
  type DueWindowDocument,
} from '@tocsin/contracts';
import { ABSENT, transactInStages, type Sidecar } from '@tocsin/service';
import type { DueWindowChange, DueWindowStore } from '../schedule/ports.ts';

/**
 * Lifetime of a document in seconds. Schedules are lost if all producers are down for longer. If documents are written
 * but the write of the index fails, nothing refers to them, and expiry deletes them.
 */
const TTL_SECONDS = 30 * 24 * 60 * 60;

/** Stores the due window in Dapr's state API: an index that's guarded by an etag, and a document per schedule. */
export class DaprDueWindowStore implements DueWindowStore {
  readonly #sidecar: Sidecar;

  constructor(sidecar: Sidecar) {
    this.#sidecar = sidecar;
  }

  async readIndex(): Promise<{ index: DueWindowDocument; etag: string } | undefined> {
    const stored = await this.#sidecar.getState(COMPONENTS.state, DUE_WINDOW_KEY);
    return stored && { index: dueWindowSchema.parse(stored.value), etag: stored.etag };
  }

  read(names: readonly string[]): Promise<unknown[]> {
    return this.#sidecar.getStates(
      COMPONENTS.state,
      names.map((name) => dueKey(name)),
    );
  }

  async write({ index, put, remove }: DueWindowChange, etag: string | undefined): Promise<void> {
    await transactInStages(this.#sidecar, COMPONENTS.state, [
      ...[...put].map(([name, value]) => ({
        operation: 'upsert' as const,
        key: dueKey(name),
        value,
        ttlInSeconds: TTL_SECONDS,
      })),
      { operation: 'upsert', key: DUE_WINDOW_KEY, value: index, etag: etag ?? ABSENT },
      ...remove.map((name) => ({ operation: 'delete' as const, key: dueKey(name) })),
    ]);
  }
}
