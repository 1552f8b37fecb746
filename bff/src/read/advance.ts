import { idOfPublication, MAX_READ_IDS, type Publication, type ReadState } from '@tocsin/contracts';

/** The history of a feed: what lies below `floor` is shown nowhere any more. */
export interface History {
  head: number;
  floor: number;
  /** The publications `first` to `last`, as they may be shown now. */
  stretch: (first: number, last: number) => Promise<readonly Publication[]>;
}

/** When there are too many ids, so many of the newest stay, so that it does not happen again with the next one. */
const KEPT_IDS = 900;
/** So many of the newest publications are looked at for ids at most; older ids count as too old to keep. */
const MOST_LOOKED_AT = 4_000;
const CHUNK = 200;

/**
 * What is read once `marked` is read too. The offset never goes back, and goes on over ids that follow it without a
 * break, and over what is gone. Beyond 1,000 ids the oldest are given up towards the offset: what lies before them
 * counts as read.
 */
export async function advance(before: ReadState, marked: ReadState, history: History): Promise<ReadState> {
  const ids = new Set([...before.ids, ...marked.ids]);
  const reached = Math.max(before.offset, Math.min(marked.offset, history.head));
  if (ids.size === 0) return { offset: reached, ids: [] };
  if (reached > before.offset) {
    const { places } = await locate(ids, history);
    for (const [id, place] of places) if (place <= reached) ids.delete(id);
  }
  const offset = await fold(reached, ids, history);
  return ids.size > MAX_READ_IDS ? giveUp(offset, ids, history) : { offset, ids: [...ids] };
}

/** The offset after what follows it and is read or gone; what it passes leaves `ids`. */
async function fold(from: number, ids: Set<string>, { head, floor, stretch }: History): Promise<number> {
  let offset = from;
  while (ids.size > 0 && offset < head) {
    const first = Math.max(offset + 1, floor);
    if (first > head) return offset;
    for (const publication of await stretch(first, Math.min(head, first + CHUNK - 1))) {
      if (!ids.delete(idOfPublication(publication)) && publication.notification !== null) return offset;
      offset = publication.offset;
    }
  }
  return offset;
}

async function giveUp(from: number, ids: ReadonlySet<string>, history: History): Promise<ReadState> {
  const { places, lowest, isComplete } = await locate(ids, history);
  const newest = [...places].sort(([, a], [, b]) => a - b).slice(-KEPT_IDS);
  const oldestKept = newest[0]?.[1];
  let offset = isComplete ? from : Math.max(from, lowest - 1);
  if (places.size > KEPT_IDS && oldestKept !== undefined) offset = Math.max(offset, oldestKept - 1);
  return { offset, ids: newest.filter(([, place]) => place > offset).map(([id]) => id) };
}

/** Where the ids are, among the newest publications; `lowest` is the last that was looked at. */
async function locate(ids: ReadonlySet<string>, { head, floor, stretch }: History) {
  const missing = new Set(ids);
  const places = new Map<string, number>();
  const bottom = Math.max(floor, head - MOST_LOOKED_AT + 1);
  let lowest = head + 1;
  while (missing.size > 0 && lowest > bottom) {
    const last = lowest - 1;
    lowest = Math.max(bottom, lowest - CHUNK);
    for (const publication of await stretch(lowest, last)) {
      const id = idOfPublication(publication);
      if (missing.delete(id)) places.set(id, publication.offset);
    }
  }
  return { places, lowest, isComplete: missing.size === 0 || lowest <= floor };
}
