import { COMPONENTS } from '@tocsin/contracts';
import { ABSENT, type Sidecar } from '@tocsin/service';
import type { ReaderStore, StoredDocument } from '../readers/ports.ts';

/** Documents of readers in Dapr's state API. */
export class DaprReaderStore implements ReaderStore {
  readonly #sidecar: Sidecar;

  constructor(sidecar: Sidecar) {
    this.#sidecar = sidecar;
  }

  read(key: string): Promise<StoredDocument | undefined> {
    return this.#sidecar.getState(COMPONENTS.state, key);
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
