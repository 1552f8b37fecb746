import {
  INSTANCE_INDEX_KEY,
  SNAPSHOT_LIFE_SECONDS,
  instanceIndexSchema,
  instanceKey,
  instanceSnapshotSchema,
  type InstanceSnapshot,
} from '@tocsin/contracts';
import type { Sidecar } from '@tocsin/service';
import type { InstanceBoard } from '../../ops/ports.ts';
import { InstanceDocuments } from './instance-documents.ts';

/** Each instance's latest snapshot. */
export class DaprInstanceBoard implements InstanceBoard {
  readonly #documents: InstanceDocuments<InstanceSnapshot>;

  constructor(sidecar: Sidecar) {
    this.#documents = new InstanceDocuments(sidecar, {
      indexKey: INSTANCE_INDEX_KEY,
      indexSchema: instanceIndexSchema,
      keyOf: instanceKey,
      schema: instanceSnapshotSchema,
      ttlInSeconds: SNAPSHOT_LIFE_SECONDS,
    });
  }

  post(snapshot: InstanceSnapshot): Promise<void> {
    return this.#documents.write(snapshot);
  }

  read(): Promise<InstanceSnapshot[]> {
    return this.#documents.readAll();
  }

  withdraw(instance: string): Promise<void> {
    return this.#documents.remove(instance);
  }
}
