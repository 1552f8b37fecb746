import type { Position, Publication } from '@tocsin/contracts';
import { dropOldest } from './drop-oldest.ts';

interface BufferedPublication {
  readonly epoch: string;
  readonly publication: Publication;
  /** The number of subscribe requests that had been sent when this publication arrived. */
  readonly subscribes: number;
}

const keyOf = (epoch: string, offset: number): string => `${offset}:${epoch}`;

/**
 * Holds pushes that can't be merged yet because they arrived before the acknowledgement, are behind a gap, or are from
 * another epoch. Keeps the newest `limit` pushes. Dropping older pushes leaves a gap, which the client fills later.
 */
export class ReorderBuffer {
  readonly #buffered = new Map<string, BufferedPublication>();
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get size(): number {
    return this.#buffered.size;
  }

  add(epoch: string, publication: Publication, subscribes: number): void {
    const key = keyOf(epoch, publication.offset);
    if (this.#buffered.has(key)) return;
    this.#buffered.set(key, { epoch, publication, subscribes });
    dropOldest(this.#buffered, this.#limit);
  }

  /** Removes and returns the publication right after the position. */
  takeNext({ epoch, offset }: Position): Publication | undefined {
    const key = keyOf(epoch, offset + 1);
    const next = this.#buffered.get(key);
    this.#buffered.delete(key);
    return next?.publication;
  }

  dropUpTo({ epoch, offset }: Position): void {
    for (const [key, buffered] of this.#buffered) {
      if (buffered.epoch === epoch && buffered.publication.offset <= offset) this.#buffered.delete(key);
    }
  }

  /**
   * Drops publications from other epochs if they arrived before the latest subscribe request was sent. `subscribes` is
   * the number of subscribe requests sent so far. Returns the epoch of the publication dropped last, if any.
   */
  dropOtherEpochs(epoch: string, subscribes: number): string | undefined {
    let dropped: string | undefined;
    for (const [key, buffered] of this.#buffered) {
      if (buffered.epoch === epoch || buffered.subscribes >= subscribes) continue;
      dropped = buffered.epoch;
      this.#buffered.delete(key);
    }
    return dropped;
  }

  clear(): void {
    this.#buffered.clear();
  }
}
