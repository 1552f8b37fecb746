import { COMPONENTS } from '@tocsin/contracts';
import { ABSENT, type SidecarError, type Sidecar, type StoredState } from '@tocsin/service';
import DataLoader from 'dataloader';
import type { ReaderStore, StoredDocument } from '../readers/ports.ts';

/** Maximum documents per call. */
const MAX_READS = 20;

export class DaprReaderStore implements ReaderStore {
  readonly #sidecar: Sidecar;
  readonly #reads: DataLoader<string, StoredState | undefined>;

  constructor(sidecar: Sidecar) {
    this.#sidecar = sidecar;
    // Batches reads from the same tick into one call, with no added delay. Results are not cached.
    this.#reads = new DataLoader<string, StoredState | undefined>((keys) => this.#readTogether(keys), {
      cache: false,
      maxBatchSize: MAX_READS,
    });
  }

  read(key: string): Promise<StoredDocument | undefined> {
    return this.#reads.load(key);
  }

  async #readTogether(keys: readonly string[]): Promise<(StoredState | SidecarError | undefined)[]> {
    const [only] = keys;
    if (only !== undefined && keys.length === 1)
      return [await this.#sidecar.getState(COMPONENTS.state, only)];
    return this.#sidecar.getStatesSettled(COMPONENTS.state, keys);
  }

  async write(key: string, value: object, etag: string | undefined, ttlSeconds: number): Promise<void> {
    await this.#sidecar.transact(COMPONENTS.state, [
      { operation: 'upsert', key, value, etag: etag ?? ABSENT, ttlInSeconds: ttlSeconds },
    ]);
  }

  async remove(keys: readonly string[]): Promise<void> {
    await this.#sidecar.transact(
      COMPONENTS.state,
      keys.map((key) => ({ operation: 'delete', key })),
    );
  }
}
