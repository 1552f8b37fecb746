import type { Publication } from '@tocsin/contracts';

/** Beyond this number of ranges, the oldest is forgotten and may be sent again. */
const MAX_RANGES = 64;

interface Range {
  first: number;
  last: number;
  /** A browser that did not get it has joined since. */
  isLacking: boolean;
}

/**
 * The offsets of one epoch that were sent to browsers before the ring held them, as when a broadcast leaves a gap. Once
 * the gap is filled they are not sent again, unless a browser joined meanwhile.
 */
export class EarlySends {
  #ranges: Range[] = [];
  #epoch: string | undefined;

  /** Notes `publications` as sent and returns those that are to be sent: all but those that every browser has. */
  send(epoch: string, publications: readonly Publication[]): Publication[] {
    const unsent = publications.filter(({ offset }) => this.#whoHas(epoch, offset) !== 'everyone');
    for (const { offset } of unsent) this.#add(epoch, offset);
    return unsent;
  }

  /** The `publications` that some browser lacks; `twice` counts those that others already have. */
  unsent(epoch: string, publications: readonly Publication[]): { unsent: Publication[]; twice: number } {
    const unsent = publications.filter(({ offset }) => this.#whoHas(epoch, offset) !== 'everyone');
    return { unsent, twice: unsent.filter(({ offset }) => this.#whoHas(epoch, offset) === 'some').length };
  }

  /** A browser joins, which lacks everything sent before. */
  joined(): void {
    for (const range of this.#ranges) range.isLacking = true;
  }

  /** The ring holds all up to `offset` now. */
  dropThrough(epoch: string, offset: number): void {
    this.#ranges = this.#epoch === epoch ? this.#ranges.filter(({ last }) => last > offset) : [];
  }

  #whoHas(epoch: string, offset: number): 'everyone' | 'some' | 'none' {
    if (this.#epoch !== epoch) return 'none';
    const holding = this.#ranges.filter(({ first, last }) => first <= offset && offset <= last);
    if (holding.length === 0) return 'none';
    return holding.some(({ isLacking }) => !isLacking) ? 'everyone' : 'some';
  }

  #add(epoch: string, offset: number): void {
    if (this.#epoch !== epoch) this.#ranges = [];
    this.#epoch = epoch;
    const last = this.#ranges.at(-1);
    if (last && !last.isLacking && last.last + 1 === offset) last.last = offset;
    else this.#ranges.push({ first: offset, last: offset, isLacking: false });
    if (this.#ranges.length > MAX_RANGES) this.#ranges.shift();
  }
}

/** Publications in runs whose offsets ascend by 1, as one event has them. */
export function contiguous(publications: readonly Publication[]): Publication[][] {
  const runs: Publication[][] = [];
  for (const publication of publications) {
    const run = runs.at(-1);
    if (run?.at(-1)?.offset === publication.offset - 1) run.push(publication);
    else runs.push([publication]);
  }
  return runs;
}
