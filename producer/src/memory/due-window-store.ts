import type { Scheduled, DueWindowDocument } from '@tocsin/contracts';
import type { DueWindowChange, DueWindowStore } from '../schedule/ports.ts';

export class MemoryDueWindowStore implements DueWindowStore {
  readonly documents = new Map<string, Scheduled>();
  #index: DueWindowDocument | undefined;
  #writes = 0;

  readIndex(): Promise<{ index: DueWindowDocument; etag: string } | undefined> {
    return Promise.resolve(this.#index && { index: this.#index, etag: String(this.#writes) });
  }

  read(names: readonly string[]): Promise<unknown[]> {
    return Promise.resolve(names.map((name) => this.documents.get(name)));
  }

  write({ index, put, remove }: DueWindowChange, etag: string | undefined): Promise<void> {
    if (etag !== (this.#index && String(this.#writes)))
      return Promise.reject(new Error('The stored index has a different etag.'));
    this.#index = structuredClone(index);
    this.#writes++;
    for (const [name, scheduled] of put) this.documents.set(name, scheduled);
    for (const name of remove) this.documents.delete(name);
    return Promise.resolve();
  }
}
