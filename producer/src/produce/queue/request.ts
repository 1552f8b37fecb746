import { partitionOf, type EntryItem } from '@tocsin/contracts';
import type { Outcome } from '../ports.ts';
import type { CallerName } from './turns.ts';

/**
 * A request's items for one partition. The first `begun` items have been put into entries. The first `finished` items
 * can be acknowledged.
 */
export interface Part {
  readonly request: Request;
  readonly items: EntryItem[];
  /** Each item's stored size in bytes, including a trailing comma. */
  readonly bytes: number[];
  begun: number;
  finished: number;
}

/** A publishing request. It gets a single outcome, either when all parts have finished or when it is abandoned. */
export class Request {
  /** The request's parts by partition. */
  readonly parts = new Map<number, Part>();
  readonly traceparent: string | undefined;
  readonly caller: CallerName;
  readonly count: number;
  readonly bytes: number;
  /** When the request arrived (`performance.now()`). */
  readonly arrivedAt = performance.now();
  /** Never rejects. */
  readonly outcome: Promise<Outcome>;
  #settle!: (outcome: Outcome) => void;
  #unfinishedParts: number;

  constructor(
    items: readonly EntryItem[],
    partitions: number,
    traceparent: string | undefined,
    caller: CallerName,
  ) {
    this.traceparent = traceparent;
    this.caller = caller;
    this.count = items.length;
    this.outcome = new Promise((resolve) => (this.#settle = resolve));
    let total = 0;
    for (const item of items) {
      const bytes = storedJsonBytes(item) + 1;
      total += bytes;
      const partition = partitionOf(item.feed, partitions);
      let part = this.parts.get(partition);
      if (!part) {
        part = { request: this, items: [], bytes: [], begun: 0, finished: 0 };
        this.parts.set(partition, part);
      }
      part.items.push(item);
      part.bytes.push(bytes);
    }
    this.bytes = total;
    this.#unfinishedParts = this.parts.size;
  }

  /** Call when `count` more items of `part` can be acknowledged (see `Acknowledger`). */
  finish(part: Part, count: number): void {
    part.finished += count;
    if (part.finished === part.items.length && --this.#unfinishedParts === 0) this.settle('accepted');
  }

  /** Settles the outcome. Only the first call has an effect. */
  settle(outcome: Outcome): void {
    this.#settle(outcome);
  }
}

/** Characters that the sidecar escapes, such as `<` as `\u003c`. */
const ESCAPED_BY_SIDECAR = /[<>&\u2028\u2029]/g;

/** Returns the size in bytes of the JSON that the sidecar stores for `value`. An escaped character takes six bytes. */
export function storedJsonBytes(value: unknown): number {
  const json = JSON.stringify(value);
  let bytes = Buffer.byteLength(json);
  for (const [character] of json.matchAll(ESCAPED_BY_SIDECAR)) bytes += character < '\u0080' ? 5 : 3;
  return bytes;
}
