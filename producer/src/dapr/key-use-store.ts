import { COMPONENTS, keyUseKey, type KeyUse } from '@tocsin/contracts';
import type { Sidecar } from '@tocsin/service';
import type { KeyUseStore } from '../auth/key-uses.ts';

/** Lifetime of a stored `KeyUse` in seconds. */
const TTL_SECONDS = 400 * 24 * 60 * 60;

/** Stores each key's last use as a document, through Dapr's state API. */
export class DaprKeyUseStore implements KeyUseStore {
  readonly #sidecar: Sidecar;

  constructor(sidecar: Sidecar) {
    this.#sidecar = sidecar;
  }

  write(uses: ReadonlyMap<string, KeyUse>): Promise<void> {
    return this.#sidecar.transact(
      COMPONENTS.state,
      [...uses].map(([hash, value]) => ({
        operation: 'upsert' as const,
        key: keyUseKey(hash),
        value,
        ttlInSeconds: TTL_SECONDS,
      })),
    );
  }
}
