import { MAX_COMMIT_BYTES } from '../../feed/limits.ts';
import type { Entries } from '../ports.ts';

const PEEKS_AT_ONCE = 16;
/**
 * If the gap before an announced number is at least this long, it is searched only if an entry exists near the number.
 */
const MAX_GAP = 10_000;
/** An entry is near an announced number if it is less than this far before the number. */
const NEAR = 1_000;

export type KeyOf = (seq: number) => string;

export interface PeekedEntries {
  /** Consecutive entries in ascending order, starting at the first requested number. */
  found: { seq: number; text: string }[];
  /** The first requested number without an entry. */
  missing: number | undefined;
}

/** Peeks at a run's entries `from` to `to` in order. Stops at a missing entry or after about 1 MB. */
export async function peekForward(
  entries: Entries,
  keyOf: KeyOf,
  from: number,
  to: number,
): Promise<PeekedEntries> {
  const found: PeekedEntries['found'] = [];
  let bytes = 0;
  for (let start = from; start <= to && bytes < MAX_COMMIT_BYTES; start += PEEKS_AT_ONCE) {
    const texts = await peekMany(entries, keyOf, start, Math.min(PEEKS_AT_ONCE, to - start + 1));
    for (const [i, text] of texts.entries()) {
      if (text === undefined) return { found, missing: start + i };
      bytes += Buffer.byteLength(text);
      if (bytes > MAX_COMMIT_BYTES && found.length > 0) return { found, missing: undefined };
      found.push({ seq: start + i, text });
    }
  }
  return { found, missing: undefined };
}

/**
 * Finds the first entry to process in an unknown run: the first of the consecutive entries that end with `announced`.
 * Resolves with `announced + 1` if the announced entry is missing. A run is unknown if the checkpoint doesn't list it.
 * For version 0.1.0, the head takes the checkpoint's place.
 */
export async function walkBack(entries: Entries, keyOf: KeyOf, announced: number): Promise<number> {
  let first = announced + 1;
  for (let count = 2; first > 1; count = PEEKS_AT_ONCE) {
    const start = Math.max(1, first - count);
    const texts = await peekMany(entries, keyOf, start, first - start);
    const lastMissing = texts.findLastIndex((text) => text === undefined);
    if (lastMissing >= 0) return start + lastMissing + 1;
    first = start;
  }
  return first;
}

/**
 * Finds the end of the gap that starts at `from`. Returns the number of the last missing entry (at most `to`), or
 * `from - 1` if entry `from` exists after all.
 */
export async function findLastMissing(
  entries: Entries,
  keyOf: KeyOf,
  from: number,
  to: number,
): Promise<number> {
  for (let start = from; start <= to; start += PEEKS_AT_ONCE) {
    const texts = await peekMany(entries, keyOf, start, Math.min(PEEKS_AT_ONCE, to - start + 1));
    const found = texts.findIndex((text) => text !== undefined);
    if (found >= 0) return start + found - 1;
  }
  return to;
}

/**
 * Whether to give up on an announced number: it's far past `from`, and no entry exists at or near it. Producers
 * announce without gaps, so either the number is wrong or the store came back with old state. In both cases, the
 * announcement of the run's next entry will cover any remaining entries.
 */
export async function isBeyondReach(
  entries: Entries,
  keyOf: KeyOf,
  from: number,
  announced: number,
): Promise<boolean> {
  if (announced - from < MAX_GAP) return false;
  return (await findLastMissing(entries, keyOf, announced - NEAR + 1, announced)) === announced;
}

const peekMany = (entries: Entries, keyOf: KeyOf, start: number, count: number) =>
  Promise.all(Array.from({ length: count }, (_, i) => entries.peek(keyOf(start + i))));
