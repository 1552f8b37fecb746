import {
  COMPONENTS,
  DOCUMENT_VERSION,
  INSTANCE_INDEX_KEY,
  SNAPSHOT_LIFE_SECONDS,
  instanceIndexSchema,
  instanceKey,
  instanceSnapshotSchema,
  type InstanceSnapshot,
} from '@tocsin/contracts';
import { ABSENT, type Sidecar, type StateOperation } from '@tocsin/service';
import type { InstanceBoard } from '../ops/ports.ts';

/**
 * Snapshots in Dapr's state API, each under a key that expires, and an index of the instances. The index is written
 * only when a new instance posts a snapshot; instances without a snapshot are removed from it then. An instance that
 * loses the race for this write tries again with its next snapshot.
 */
export class DaprInstanceBoard implements InstanceBoard {
  readonly #sidecar: Sidecar;

  constructor(sidecar: Sidecar) {
    this.#sidecar = sidecar;
  }

  async post(snapshot: InstanceSnapshot): Promise<void> {
    const { instance } = snapshot;
    const operations: StateOperation[] = [
      {
        operation: 'upsert',
        key: instanceKey(instance),
        value: snapshot,
        ttlInSeconds: SNAPSHOT_LIFE_SECONDS,
      },
    ];
    const { instances, etag } = await this.#index();
    if (!instances.includes(instance)) {
      const alive = (await this.#snapshots(instances)).map((other) => other.instance);
      const value = { v: DOCUMENT_VERSION, instances: [...alive, instance] };
      operations.push({ operation: 'upsert', key: INSTANCE_INDEX_KEY, value, etag });
    }
    await this.#sidecar.transact(COMPONENTS.state, operations);
  }

  async read(): Promise<InstanceSnapshot[]> {
    return this.#snapshots((await this.#index()).instances);
  }

  async withdraw(instance: string): Promise<void> {
    await this.#sidecar.transact(COMPONENTS.state, [{ operation: 'delete', key: instanceKey(instance) }]);
  }

  async #index(): Promise<{ instances: string[]; etag: string }> {
    const stored = await this.#sidecar.getState(COMPONENTS.state, INSTANCE_INDEX_KEY);
    if (!stored) return { instances: [], etag: ABSENT };
    return { instances: instanceIndexSchema.parse(stored.value).instances, etag: stored.etag };
  }

  async #snapshots(instances: readonly string[]): Promise<InstanceSnapshot[]> {
    const keys = instances.map((instance) => instanceKey(instance));
    const stored = await this.#sidecar.getStates(COMPONENTS.state, keys);
    return stored.flatMap((value) => {
      // Skips a snapshot of a newer version, which this instance cannot show.
      const parsed = instanceSnapshotSchema.safeParse(value);
      return parsed.success ? [parsed.data] : [];
    });
  }
}
