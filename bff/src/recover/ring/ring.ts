import type { Position, Publication } from '@tocsin/contracts';
import { Removals, withoutContent } from '../../feed/history/removals.ts';
import { sizeOf } from '../../feed/present.ts';

export interface RingLimits {
  publications: number;
  bytes: number;
}

export const DEFAULT_RING_LIMITS: RingLimits = { publications: 1_000, bytes: 1024 * 1024 };

interface Sized {
  publication: Publication;
  bytes: number;
}

/**
 * A feed's newest publications in a single epoch. The ring is gapless and size-limited, and never goes back. A
 * publication's content is dropped as soon as a later publication removes it.
 */
export class Ring {
  readonly epoch: string;
  readonly #limits: RingLimits;
  #items: Sized[] = [];
  #bytes = 0;
  #offset: number;

  constructor({ epoch, offset }: Position, limits: RingLimits) {
    this.epoch = epoch;
    this.#offset = offset;
    this.#limits = limits;
  }

  get offset(): number {
    return this.#offset;
  }

  /** The first offset in the ring; `offset` + 1 if empty. */
  get first(): number {
    return this.#items[0]?.publication.offset ?? this.#offset + 1;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Appends the publications that continue the ring. Stops and returns false if an offset is missing. */
  append(publications: readonly Publication[]): boolean {
    const before = this.#offset;
    const continues = this.#push(publications);
    this.#removeBy(publications.filter(({ offset }) => offset > before && offset <= this.#offset));
    this.trimTo(this.#limits.bytes);
    return continues;
  }

  at(offset: number): Publication | undefined {
    return this.#items[offset - this.first]?.publication;
  }

  #push(publications: readonly Publication[]): boolean {
    for (const publication of publications) {
      if (publication.offset <= this.#offset) continue;
      if (publication.offset > this.#offset + 1) return false;
      const bytes = sizeOf(publication);
      this.#items.push({ publication, bytes });
      this.#bytes += bytes;
      this.#offset++;
    }
    return true;
  }

  #removeBy(publications: readonly Publication[]): void {
    const removals = new Removals(publications);
    if (removals.offset === 0) return;
    this.#items.forEach((item, index) => {
      const reason = removals.reasonFor(item.publication);
      if (!reason) return;
      const publication = withoutContent(item.publication, reason);
      const bytes = sizeOf(publication);
      this.#bytes += bytes - item.bytes;
      this.#items[index] = { publication, bytes };
    });
  }

  slice(first: number, last: number): Publication[] {
    const start = Math.max(0, first - this.first);
    return this.#items
      .slice(start, Math.max(start, last - this.first + 1))
      .map(({ publication }) => publication);
  }

  /** Drops the oldest publications until the rest fit into `bytes`. Always keeps the newest publication. */
  trimTo(bytes: number): void {
    let excess = 0;
    while (
      this.#items.length - excess > this.#limits.publications ||
      (this.#bytes > bytes && this.#items.length - excess > 1)
    ) {
      this.#bytes -= this.#items[excess]?.bytes ?? 0;
      excess++;
    }
    if (excess > 0) this.#items.splice(0, excess);
  }
}
