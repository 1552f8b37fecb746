import { dayKey } from '../../format/time.ts';

/** An element in a list that is split into days and chunks. */
export interface Part {
  readonly key: string;
  readonly time: number;
}

export const CHUNK_SIZE = 40;

/** Items from the same day that are rendered together. The object is reused until the items change. */
export interface Chunk<T extends Part> {
  readonly key: string;
  readonly day: string;
  readonly items: readonly T[];
}

const sameItems = <T>(a: readonly T[], b: readonly T[]): boolean =>
  a.length === b.length && a.every((item, index) => item === b[index]);

/**
 * Splits a list into stable chunks. Adding or removing an item changes a single chunk, so the whole list doesn't
 * re-render.
 */
export class Chunks<T extends Part> {
  /** Each item's chunk number. */
  #numbers = new Map<string, number>();
  #chunks = new Map<string, Chunk<T>>();
  #next = 0;

  /** Both the items and the returned chunks are newest first. */
  split(items: readonly T[]): Chunk<T>[] {
    const groups = new Map<string, { day: string; items: T[] }>();
    const numbers = new Map<string, number>();
    let number = -1;
    let size = CHUNK_SIZE;
    for (const item of items.toReversed()) {
      const day = dayKey(item.time);
      const previous = this.#numbers.get(item.key);
      // If the item's former chunk has already ended in this pass, the item has moved and counts as new.
      const isNew = previous === undefined || (previous !== number && groups.has(`${previous}/${day}`));
      if (isNew ? size >= CHUNK_SIZE : previous !== number) {
        number = isNew ? this.#next++ : previous;
        size = 0;
      }
      size++;
      numbers.set(item.key, number);
      const key = `${number}/${day}`;
      const group = groups.get(key);
      if (group) group.items.push(item);
      else groups.set(key, { day, items: [item] });
    }
    this.#numbers = numbers;
    const chunks = [...groups].map(([key, group]) =>
      this.#reuse({ key, day: group.day, items: group.items.reverse() }),
    );
    this.#chunks = new Map(chunks.map((chunk) => [chunk.key, chunk]));
    return chunks.reverse();
  }

  #reuse(chunk: Chunk<T>): Chunk<T> {
    const before = this.#chunks.get(chunk.key);
    return before && sameItems(before.items, chunk.items) ? before : chunk;
  }
}
