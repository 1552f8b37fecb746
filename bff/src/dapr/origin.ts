import { COMPONENTS, DOCUMENT_VERSION, ORIGIN_KEY, originSchema, type Origin } from '@tocsin/contracts';
import { ABSENT, type Sidecar } from '@tocsin/service';
import DataLoader from 'dataloader';
import type { StoreOrigin } from '../deliver/ports.ts';
import { newEpoch } from '../feed/position.ts';

/**
 * The origin (first epoch) of Dapr's state store. Never cached: if the store is replaced while an instance runs, a
 * cached epoch would differ from the other instances' epoch. Calls in the same tick share a read that starts after all
 * of them.
 */
export class DaprOrigin implements StoreOrigin {
  readonly #sidecar: Pick<Sidecar, 'getState' | 'transact'>;
  readonly #calls = new DataLoader<'origin', string>(
    async (calls) => {
      const epoch = await this.#readOrCreate();
      return calls.map(() => epoch);
    },
    { cache: false },
  );

  constructor(sidecar: Pick<Sidecar, 'getState' | 'transact'>) {
    this.#sidecar = sidecar;
  }

  firstEpoch(): Promise<string> {
    return this.#calls.load('origin');
  }

  async #readOrCreate(): Promise<string> {
    const existing = await this.#read();
    if (existing) return existing.epoch;
    const value: Origin = { v: DOCUMENT_VERSION, epoch: newEpoch(Date.now()) };
    try {
      // If multiple instances try, the first write wins.
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
