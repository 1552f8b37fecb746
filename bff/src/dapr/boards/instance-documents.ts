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
 * One expiring document per instance in Dapr's state API, plus an index of the instances. Only an instance's first
 * document updates the index; that write also removes instances with expired documents. An instance that loses the race
 * for this write retries with the next document.
 */
export class InstanceDocuments<T extends { instance: string }> {
  readonly #sidecar: Sidecar;
  readonly #kind: InstanceDocumentKind<T>;

  constructor(sidecar: Sidecar, kind: InstanceDocumentKind<T>) {
    this.#sidecar = sidecar;
    this.#kind = kind;
  }

  /**
   * Writes a document. If the write also updates the index, calls `select` with all other instances' documents, and
   * deletes those that `select` doesn't return.
   */
  async write(document: T, select: (documents: T[]) => T[] = (documents) => documents): Promise<void> {
    const { keyOf, ttlInSeconds, indexKey } = this.#kind;
    const { instance } = document;
    const operations: StateOperation[] = [
      { operation: 'upsert', key: keyOf(instance), value: document, ttlInSeconds },
    ];
    const { instances, etag } = await this.#index();
    if (!instances.includes(instance)) {
      const otherDocuments = await this.#documents(instances);
      const keptDocuments = select(otherDocuments);
      for (const other of otherDocuments)
        if (!keptDocuments.includes(other))
          operations.push({ operation: 'delete', key: keyOf(other.instance) });
      const value = {
        v: DOCUMENT_VERSION,
        instances: [...keptDocuments.map((other) => other.instance), instance],
      };
      operations.push({ operation: 'upsert', key: indexKey, value, etag });
    }
    await transactInStages(this.#sidecar, COMPONENTS.state, operations);
  }

  /** Returns an instance's document, or `undefined` if it has none or a newer version wrote it. */
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
      // Skips documents from newer versions, which this instance cannot show.
      const parsed = this.#kind.schema.safeParse(value);
      return parsed.success ? [parsed.data] : [];
    });
  }
}
