import type { AuditReader, StoredAuditRecord } from '@tocsin/bff';
import { compareAuditPositions, type AuditPosition } from '@tocsin/contracts';

const PAGE_SIZE = 200;
/**
 * Each read starts this long (ms) before the newest known record. Streams are read one after the other, so a new record
 * in one stream can be older than records that were already read from another.
 */
const OVERLAP_MS = 5_000;

/** Reads the audit records written since the last call. Returns each record once. */
export class AuditFollower {
  readonly #reader: AuditReader;
  /** The newest position read from each stream. */
  readonly #newestByStream = new Map<number, AuditPosition>();
  #newest: number | undefined;

  constructor(reader: AuditReader) {
    this.#reader = reader;
  }

  /** Skips to the end of the trail. */
  async catchUp(): Promise<void> {
    this.#note(await this.#reader.read(undefined, PAGE_SIZE));
    this.#newest ??= 0;
  }

  /**
   * Returns the values of new records, oldest first. Rejects if the trail can't be read. The next call then includes
   * the missed records.
   */
  async next(): Promise<unknown[]> {
    const since = (this.#newest ?? 0) - OVERLAP_MS;
    const fresh: StoredAuditRecord[] = [];
    let before: AuditPosition | undefined;
    for (;;) {
      const page = await this.#reader.read(before, PAGE_SIZE);
      fresh.push(...page.filter(({ position }) => this.#isNew(position)));
      before = page.at(-1)?.position;
      if (page.length < PAGE_SIZE || (before?.ms ?? 0) < since) break;
    }
    this.#note(fresh);
    return fresh.toReversed().map(({ value }) => value);
  }

  #isNew(position: AuditPosition): boolean {
    const head = this.#newestByStream.get(position.stream);
    return !head || compareAuditPositions(position, head) < 0;
  }

  #note(records: readonly StoredAuditRecord[]): void {
    for (const { position } of records) {
      if (this.#isNew(position)) this.#newestByStream.set(position.stream, position);
      this.#newest = Math.max(this.#newest ?? 0, position.ms);
    }
  }
}
