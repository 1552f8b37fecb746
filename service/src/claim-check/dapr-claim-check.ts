import { COMPONENTS, ENTRY_LIFE_MS, partitionEntryKey, type PartitionEntry } from '@tocsin/contracts';
import type { Sidecar } from '../dapr/sidecar.ts';
import { withSpans } from '../observe/spans.ts';
import type { ClaimCheck } from './claim-check.ts';

/** A key that never exists. Reading it shows whether the store responds. */
const ABSENT_KEY = 'ready';

/**
 * Stores entries in Redis through Dapr's binding. The binding's `get` with `delete: "true"` is GETDEL, an atomic pop.
 */
export class DaprClaimCheck implements ClaimCheck {
  readonly #sidecar: Pick<Sidecar, 'invokeBinding'>;

  constructor(sidecar: Pick<Sidecar, 'invokeBinding'>) {
    this.#sidecar = sidecar;
  }

  deposit(entry: PartitionEntry): Promise<void> {
    const key = partitionEntryKey(entry);
    return withSpans('deposit', entry, { 'tocsin.entry': key }, () => this.write(key, entry));
  }

  /** Writes any JSON value under a key. The value expires like an entry. */
  async write(key: string, value: unknown): Promise<void> {
    await this.#sidecar.invokeBinding(COMPONENTS.entries, {
      operation: 'create',
      metadata: { key, ttlInSeconds: String(Math.ceil(ENTRY_LIFE_MS / 1_000)) },
      data: value,
    });
  }

  peek(key: string): Promise<string | undefined> {
    return this.#sidecar.invokeBinding(COMPONENTS.entries, { operation: 'get', metadata: { key } });
  }

  pop(key: string): Promise<string | undefined> {
    return this.#sidecar.invokeBinding(COMPONENTS.entries, {
      operation: 'get',
      metadata: { key, delete: 'true' },
    });
  }

  async ready(): Promise<void> {
    await this.peek(ABSENT_KEY);
  }
}
