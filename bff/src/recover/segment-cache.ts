import type { Publication, SegmentReference } from '@tocsin/contracts';

const MAX_BYTES = 4 * 1024 * 1024;

/** Segments read lately, by key: they never change, but the heads that name them do. Readers that ask at the same time share one read. */
export class SegmentCache {
  readonly #read: (keys: readonly string[]) => Promise<Publication[][]>;
  readonly #held = new Map<string, { bytes: number; content: Promise<Publication[]> }>();

  constructor(read: (keys: readonly string[]) => Promise<Publication[][]>) {
    this.#read = read;
  }

  /** The publications of each segment, in order. Rejects when one cannot be read; it is asked for again then. */
  async read(references: readonly SegmentReference[]): Promise<Publication[][]> {
    const wanted = references.filter(({ key }) => !this.#held.has(key));
    if (wanted.length > 0) {
      const contents = this.#read(wanted.map(({ key }) => key));
      wanted.forEach(({ key, bytes }, index) => {
        const content = contents.then((all) => all[index] ?? []);
        content.catch(() => this.#held.delete(key));
        this.#held.set(key, { bytes, content });
      });
    }
    const result = Promise.all(
      references.map(({ key }) => this.#held.get(key)?.content ?? Promise.resolve([])),
    );
    this.#evict();
    return result;
  }

  #evict(): void {
    let total = 0;
    for (const { bytes } of this.#held.values()) total += bytes;
    for (const [key, { bytes }] of this.#held) {
      if (total <= MAX_BYTES) return;
      this.#held.delete(key);
      total -= bytes;
    }
  }
}
