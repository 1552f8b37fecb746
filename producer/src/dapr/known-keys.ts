import {
  COMPONENTS,
  DOCUMENT_VERSION,
  KNOWN_KEYS_KEY,
  knownKeysSchema,
  type KnownKey,
} from '@tocsin/contracts';
import { ABSENT, SidecarError, type Sidecar } from '@tocsin/service';
import { NotWrittenError, type KnownKeysStore } from '../auth/key-watch.ts';

/** Stores the known keys in Dapr's state API as a single document that's guarded by an etag. */
export class DaprKnownKeys implements KnownKeysStore {
  readonly #sidecar: Sidecar;

  constructor(sidecar: Sidecar) {
    this.#sidecar = sidecar;
  }

  async read(): Promise<{ keys: readonly KnownKey[]; etag: string } | undefined> {
    const stored = await this.#sidecar.getState(COMPONENTS.state, KNOWN_KEYS_KEY);
    return stored && { keys: knownKeysSchema.parse(stored.value).keys, etag: stored.etag };
  }

  async write(keys: readonly KnownKey[], etag: string | undefined): Promise<void> {
    const value = { v: DOCUMENT_VERSION, keys };
    try {
      await this.#sidecar.transact(COMPONENTS.state, [
        { operation: 'upsert', key: KNOWN_KEYS_KEY, value, etag: etag ?? ABSENT },
      ]);
    } catch (error) {
      // Any response means that the store rejected the write. If there was no response, the write may have succeeded.
      if (!(error instanceof SidecarError) || error.status === undefined) throw error;
      throw new NotWrittenError(error.message, { cause: error });
    }
  }
}
