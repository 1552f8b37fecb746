import type { ScheduleIndexDocument } from '@tocsin/contracts';
import type { ScheduleIndexStore } from '../schedule/ports.ts';

export class MemoryScheduleIndexStore implements ScheduleIndexStore {
  readonly documents = new Map<number, { value: unknown; etag: string; ttlSeconds: number }>();
  #writes = 0;

  read(numbers: readonly number[]): Promise<({ value: unknown; etag: string } | undefined)[]> {
    return Promise.resolve(numbers.map((number) => this.documents.get(number)));
  }

  write(
    number: number,
    document: ScheduleIndexDocument,
    ttlSeconds: number,
    etag: string | undefined,
  ): Promise<void> {
    if (etag !== this.documents.get(number)?.etag)
      return Promise.reject(new Error('The stored document has a different etag.'));
    this.documents.set(number, {
      value: structuredClone(document),
      etag: String(++this.#writes),
      ttlSeconds,
    });
    return Promise.resolve();
  }
}
