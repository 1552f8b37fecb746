import { COMPONENTS } from '@tocsin/contracts';
import { ABSENT, type SidecarError, type Sidecar, type StoredState } from '@tocsin/service';
import DataLoader from 'dataloader';
import { ErasableStore, type StoredWrite } from '../readers/documents/erasable-store.ts';
import type { StoredDocument } from '../readers/ports.ts';

/** Maximum documents per call. */
const MAX_READS = 20;

export class DaprReaderStore extends ErasableStore {
  readonly #sidecar: Sidecar;
  readonly #reads: DataLoader<string, StoredState | undefined>;

  constructor(sidecar: Sidecar) {
    super();
    this.#sidecar = sidecar;
    // Batches reads in the same tick into a single call without adding delay. Doesn't cache results.
    this.#reads = new DataLoader<string, StoredState | undefined>((keys) => this.#readTogether(keys), {
      cache: false,
      maxBatchSize: MAX_READS,
    });
  }

  protected readStored(key: string): Promise<StoredDocument | undefined> {
    return this.#reads.load(key);
  }

  async #readTogether(keys: readonly string[]): Promise<(StoredState | SidecarError | undefined)[]> {
    const [onlyKey] = keys;
    if (onlyKey !== undefined && keys.length === 1)
      return [await this.#sidecar.getState(COMPONENTS.state, onlyKey)];
    return this.#sidecar.getStatesSettled(COMPONENTS.state, keys);
  }

  protected async writeStored(writes: readonly StoredWrite[]): Promise<void> {
    await this.#sidecar.transact(
      COMPONENTS.state,
      writes.map(({ ttlSeconds: ttlInSeconds, etag = ABSENT, ...write }) => ({
        operation: 'upsert',
        ...{ ...write, etag, ttlInSeconds },
      })),
    );
  }

  async remove(keys: readonly string[]): Promise<void> {
    await this.#sidecar.transact(
      COMPONENTS.state,
      keys.map((key) => ({ operation: 'delete', key })),
    );
  }
}
