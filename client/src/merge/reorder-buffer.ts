import type { Position, Publication } from '@tocsin/contracts';

interface BufferedPublication {
  readonly epoch: string;
  readonly publication: Publication;
  /** Number of subscribe requests sent before this publication arrived. */
  readonly subscribes: number;
}

const keyOf = (epoch: string, offset: number): string => `${offset}:${epoch}`;

/**
 * Holds pushes that can't be merged yet because they arrived before the acknowledgement, are behind a gap, or are
 * from another epoch. Keeps the newest `limit`. Dropped pushes leave a gap, which is filled later.
 */
export class ReorderBuffer {
  readonly #kept = new Map<string, BufferedPublication>();
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get size(): number {
    return this.#kept.size;
  }

  add(epoch: string, publication: Publication, subscribes: number): void {
    const key = keyOf(epoch, publication.offset);
    if (this.#kept.has(key)) return;
    this.#kept.set(key, { epoch, publication, subscribes });
    if (this.#kept.size <= this.#limit) return;
    const [oldest] = this.#kept.keys();
    if (oldest !== undefined) this.#kept.delete(oldest);
  }

  /** Removes and returns the publication right after the position. */
  takeNext({ epoch, offset }: Position): Publication | undefined {
    const key = keyOf(epoch, offset + 1);
    const next = this.#kept.get(key);
    this.#kept.delete(key);
    return next?.publication;
  }

  dropUpTo({ epoch, offset }: Position): void {
    for (const [key, kept] of this.#kept) {
      if (kept.epoch === epoch && kept.publication.offset <= offset) this.#kept.delete(key);
    }
  }

  /**
   * Drops publications from other epochs if they arrived before subscribe request number `subscribes`. Returns the
   * last dropped epoch.
   */
  dropOtherEpochs(epoch: string, subscribes: number): string | undefined {
    let dropped: string | undefined;
    for (const [key, kept] of this.#kept) {
      if (kept.epoch === epoch || kept.subscribes >= subscribes) continue;
      dropped = kept.epoch;
      this.#kept.delete(key);
    }
    return dropped;
  }

  clear(): void {
    this.#kept.clear();
  }
}
