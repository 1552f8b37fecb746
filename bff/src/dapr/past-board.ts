import {
  COMPONENTS,
  DOCUMENT_VERSION,
  MAX_PAST_INSTANCES,
  PAST_INDEX_KEY,
  PAST_SECONDS,
  pastIndexSchema,
  pastInstanceSchema,
  pastKey,
  type PastInstance,
} from '@tocsin/contracts';
import { ABSENT, type Sidecar, type StateOperation } from '@tocsin/service';
import type { PastBoard } from '../ops/ports.ts';

/**
 * The past of each instance in Dapr's state API, under a key that expires, and an index that names them. The index is
 * written only when an instance comes that it does not name; those that have expired leave it then, and beyond the limit
 * those that were silent longest, with their documents.
 */
export class DaprPastBoard implements PastBoard {
  readonly #sidecar: Sidecar;

  constructor(sidecar: Sidecar) {
    this.#sidecar = sidecar;
  }

  async keep(past: PastInstance): Promise<void> {
    const operations: StateOperation[] = [
      { operation: 'upsert', key: pastKey(past.instance), value: past, ttlInSeconds: PAST_SECONDS },
    ];
    const { instances, etag } = await this.#index();
    if (!instances.includes(past.instance)) {
      const others = (await this.#documents(instances)).toSorted((a, b) => (a.at > b.at ? -1 : 1));
      const kept = others.slice(0, MAX_PAST_INSTANCES - 1).map(({ instance }) => instance);
      const value = { v: DOCUMENT_VERSION, instances: [...kept, past.instance] };
      for (const { instance } of others.slice(MAX_PAST_INSTANCES - 1))
        operations.push({ operation: 'delete', key: pastKey(instance) });
      operations.push({ operation: 'upsert', key: PAST_INDEX_KEY, value, etag });
    }
    await this.#sidecar.transact(COMPONENTS.state, operations);
  }

  async find(instance: string): Promise<PastInstance | undefined> {
    return (await this.#documents([instance]))[0];
  }

  async read(): Promise<PastInstance[]> {
    return this.#documents((await this.#index()).instances);
  }

  async #index(): Promise<{ instances: string[]; etag: string }> {
    const stored = await this.#sidecar.getState(COMPONENTS.state, PAST_INDEX_KEY);
    if (!stored) return { instances: [], etag: ABSENT };
    return { instances: pastIndexSchema.parse(stored.value).instances, etag: stored.etag };
  }

  async #documents(instances: readonly string[]): Promise<PastInstance[]> {
    if (instances.length === 0) return [];
    const keys = instances.map((instance) => pastKey(instance));
    const stored = await this.#sidecar.getStates(COMPONENTS.state, keys);
    return stored.flatMap((value) => {
      // A document of a newer version belongs to an instance that this one cannot show.
      const parsed = pastInstanceSchema.safeParse(value);
      return parsed.success ? [parsed.data] : [];
    });
  }
}
