import type { Publication } from '@tocsin/contracts';

/** Maximum number of ranges. At the limit, forgets the oldest range, which could then be re-sent. */
const MAX_RANGES = 64;

interface Range {
  first: number;
  last: number;
  /** True if a browser has joined since the range was sent. That browser doesn't have the range. */
  isMissingSomewhere: boolean;
}

/**
 * Tracks publications in an epoch that were sent to browsers before the ring contained them, because there was a gap.
 * When the gap is filled, they aren't sent again unless a browser has joined in the meantime.
 */
export class EarlySends {
  #ranges: Range[] = [];
  #epoch: string | undefined;

  /** Records `publications` as sent. Returns the publications to send: those that at least one browser doesn't have. */
  send(epoch: string, publications: readonly Publication[]): Publication[] {
    const unsent = publications.filter(({ offset }) => this.#sentTo(epoch, offset) !== 'everyone');
    for (const { offset } of unsent) this.#add(epoch, offset);
    return unsent;
  }

  /**
   * Returns the publications that at least one browser doesn't have. `resentCount` of them have already been sent to
   * other browsers.
   */
  unsent(
    epoch: string,
    publications: readonly Publication[],
  ): { unsent: Publication[]; resentCount: number } {
    const unsent = publications.filter(({ offset }) => this.#sentTo(epoch, offset) !== 'everyone');
    return {
      unsent,
      resentCount: unsent.filter(({ offset }) => this.#sentTo(epoch, offset) === 'some').length,
    };
  }

  joined(): void {
    for (const range of this.#ranges) range.isMissingSomewhere = true;
  }

  /** Call once the ring has all publications up to `offset`. */
  dropUpTo(epoch: string, offset: number): void {
    this.#ranges = this.#epoch === epoch ? this.#ranges.filter(({ last }) => last > offset) : [];
  }

  #sentTo(epoch: string, offset: number): 'everyone' | 'some' | 'none' {
    if (this.#epoch !== epoch) return 'none';
    const matching = this.#ranges.filter(({ first, last }) => first <= offset && offset <= last);
    if (matching.length === 0) return 'none';
    return matching.some(({ isMissingSomewhere }) => !isMissingSomewhere) ? 'everyone' : 'some';
  }

  #add(epoch: string, offset: number): void {
    if (this.#epoch !== epoch) this.#ranges = [];
    this.#epoch = epoch;
    const last = this.#ranges.at(-1);
    if (last && !last.isMissingSomewhere && last.last + 1 === offset) last.last = offset;
    else this.#ranges.push({ first: offset, last: offset, isMissingSomewhere: false });
    if (this.#ranges.length > MAX_RANGES) this.#ranges.shift();
  }
}

/** Splits publications into runs of consecutive offsets. Each run becomes an event. */
export function contiguousRuns(publications: readonly Publication[]): Publication[][] {
  const runs: Publication[][] = [];
  for (const publication of publications) {
    const run = runs.at(-1);
    if (run?.at(-1)?.offset === publication.offset - 1) run.push(publication);
    else runs.push([publication]);
  }
  return runs;
}
