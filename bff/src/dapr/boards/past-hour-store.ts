import {
  MAX_PAST_INSTANCES,
  PAST_INDEX_KEY,
  PAST_SECONDS,
  pastIndexSchema,
  pastInstanceSchema,
  pastKey,
  type PastInstance,
} from '@tocsin/contracts';
import type { Sidecar } from '@tocsin/service';
import type { PastHourStore } from '../../ops/ports.ts';
import { InstanceDocuments } from './instance-documents.ts';

/** Each instance's metrics for the past hour. */
export class DaprPastHourStore implements PastHourStore {
  readonly #documents: InstanceDocuments<PastInstance>;

  constructor(sidecar: Sidecar) {
    this.#documents = new InstanceDocuments(sidecar, {
      indexKey: PAST_INDEX_KEY,
      indexSchema: pastIndexSchema,
      keyOf: pastKey,
      schema: pastInstanceSchema,
      ttlInSeconds: PAST_SECONDS,
    });
  }

  save(past: PastInstance): Promise<void> {
    return this.#documents.write(past, (documents) =>
      documents.toSorted((a, b) => (a.at > b.at ? -1 : 1)).slice(0, MAX_PAST_INSTANCES - 1),
    );
  }

  find(instance: string): Promise<PastInstance | undefined> {
    return this.#documents.find(instance);
  }

  read(): Promise<PastInstance[]> {
    return this.#documents.readAll();
  }
}
