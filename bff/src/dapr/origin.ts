import { COMPONENTS, DOCUMENT_VERSION, ORIGIN_KEY, originSchema, type Origin } from '@tocsin/contracts';
import { ABSENT, type Sidecar } from '@tocsin/service';
import type { StoreOrigin } from '../deliver/ports.ts';
import { newEpoch } from '../feed/position.ts';

/**
 * The origin in Dapr's state API. It is read each time, never remembered: an instance that outlives its store would
 * go on with an epoch that the others do not know.
 */
export class DaprOrigin implements StoreOrigin {
  readonly #sidecar: Sidecar;

  constructor(sidecar: Sidecar) {
    this.#sidecar = sidecar;
  }

  async firstEpoch(): Promise<string> {
    const there = await this.#read();
    if (there) return there.epoch;
    const value: Origin = { v: DOCUMENT_VERSION, epoch: newEpoch(Date.now()) };
    try {
      // One of several instances creates it.
      await this.#sidecar.transact(COMPONENTS.state, [
        { operation: 'upsert', key: ORIGIN_KEY, value, etag: ABSENT },
      ]);
      return value.epoch;
    } catch (error) {
      const created = await this.#read();
      if (!created) throw error;
      return created.epoch;
    }
  }

  async #read(): Promise<Origin | undefined> {
    const stored = await this.#sidecar.getState(COMPONENTS.state, ORIGIN_KEY);
    return stored && originSchema.parse(stored.value);
  }
}
