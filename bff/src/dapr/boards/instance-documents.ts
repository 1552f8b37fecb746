import { COMPONENTS, DOCUMENT_VERSION } from '@tocsin/contracts';
import { ABSENT, transactInStages, type Sidecar, type StateOperation } from '@tocsin/service';
import type { z } from 'zod';

export interface InstanceDocumentKind<T> {
  indexKey: string;
  indexSchema: z.ZodType<{ instances: string[] }>;
  keyOf: (instance: string) => string;
  schema: z.ZodType<T>;
  ttlInSeconds: number;
}

/**
 * One document for each instance in Dapr's state API, each under a key that expires, and an index of the instances. The
 * index is written only with the first document of an instance; that write also removes instances whose document has
 * expired. An instance that loses the race for this write tries again with its next document.
 */
export class InstanceDocuments<T extends { instance: string }> {
  readonly #sidecar: Sidecar;
  readonly #kind: InstanceDocumentKind<T>;

  constructor(sidecar: Sidecar, kind: InstanceDocumentKind<T>) {
    this.#sidecar = sidecar;
    this.#kind = kind;
  }

  /**
   * Writes a document. `select` returns the other documents to keep when the index is written. The rest are deleted.
   */
  async write(document: T, select: (others: T[]) => T[] = (others) => others): Promise<void> {
    const { keyOf, ttlInSeconds, indexKey } = this.#kind;
    const { instance } = document;
    const operations: StateOperation[] = [
      { operation: 'upsert', key: keyOf(instance), value: document, ttlInSeconds },
    ];
    const { instances, etag } = await this.#index();
    if (!instances.includes(instance)) {
      const others = await this.#documents(instances);
      const kept = select(others);
      for (const other of others)
        if (!kept.includes(other)) operations.push({ operation: 'delete', key: keyOf(other.instance) });
      const value = { v: DOCUMENT_VERSION, instances: [...kept.map((other) => other.instance), instance] };
      operations.push({ operation: 'upsert', key: indexKey, value, etag });
    }
    await transactInStages(this.#sidecar, COMPONENTS.state, operations);
  }

  /** The document of an instance; `undefined` if the instance has no document, or a newer version wrote it. */
  async find(instance: string): Promise<T | undefined> {
    return (await this.#documents([instance]))[0];
  }

  async readAll(): Promise<T[]> {
    return this.#documents((await this.#index()).instances);
  }

  async remove(instance: string): Promise<void> {
    await this.#sidecar.transact(COMPONENTS.state, [
      { operation: 'delete', key: this.#kind.keyOf(instance) },
    ]);
  }

  async #index(): Promise<{ instances: string[]; etag: string }> {
    const { indexKey, indexSchema } = this.#kind;
    const stored = await this.#sidecar.getState(COMPONENTS.state, indexKey);
    if (!stored) return { instances: [], etag: ABSENT };
    return { instances: indexSchema.parse(stored.value).instances, etag: stored.etag };
  }

  async #documents(instances: readonly string[]): Promise<T[]> {
    if (instances.length === 0) return [];
    const keys = instances.map((instance) => this.#kind.keyOf(instance));
    const stored = await this.#sidecar.getStates(COMPONENTS.state, keys);
    return stored.flatMap((value) => {
      // Skips a document from a newer version, which this instance cannot show.
      const parsed = this.#kind.schema.safeParse(value);
      return parsed.success ? [parsed.data] : [];
    });
  }
}
