import { inRanges, type Position, type Ranges, type ReadDocument, type ReadState } from '@tocsin/contracts';
import { locate } from './advance.ts';
import type { FeedHistory } from './histories.ts';

/**
 * Marks of notifications that are not in the history. The reader's document drops them, or does not accept them.
 * Without `epoch`, they are valid in every epoch.
 */
export interface LeavingMarks {
  state: 'read' | 'archived';
  epoch?: string;
  ranges: Ranges;
  ids: readonly string[];
}

/** Stores the marks elsewhere if they are still needed. Called before the reader's document is written. */
export type KeepMarks = (feed: string, marks: readonly LeavingMarks[]) => Promise<void>;

export interface ReadMark extends FeedHistory {
  stored: ReadDocument | undefined;
  marked: { epoch?: string | undefined; offset: number; ids: readonly string[] };
  /** The state that will be stored. */
  after: ReadState;
}

/** The read marks that the stored document and the request contain, and the new state does not. */
export async function leavingReads({
  head: { epoch },
  history,
  stored,
  marked,
  after,
}: ReadMark): Promise<LeavingMarks[]> {
  const marks: LeavingMarks[] = [];
  if (stored && stored.epoch !== epoch)
    marks.push({ state: 'read', epoch: stored.epoch, ranges: upTo(stored.offset), ids: stored.ids });
  if (marked.epoch !== undefined && marked.epoch !== epoch && marked.offset > 0)
    marks.push({ state: 'read', epoch: marked.epoch, ranges: upTo(marked.offset), ids: [] });
  const kept = new Set(after.ids);
  const dropped = new Set([...(stored?.epoch === epoch ? stored.ids : []), ...marked.ids]);
  for (const id of kept) dropped.delete(id);
  const ids = await outside(dropped, history);
  if (ids.length > 0) marks.push({ state: 'read', ranges: [], ids });
  return marks;
}

/** The ids that are not in the history. */
export async function outside(ids: ReadonlySet<string>, history: FeedHistory['history']): Promise<string[]> {
  if (ids.size === 0) return [];
  const places = await locate(ids, history);
  return [...ids].filter((id) => !places.has(id));
}

const upTo = (offset: number): Ranges => (offset > 0 ? [[1, offset]] : []);

/** Whether the marks include the notification that the feed shows as `id` at `position`, if that is known. */
export const includes = (
  { epoch, ranges, ids }: LeavingMarks,
  id: string,
  position: Position | undefined,
): boolean => {
  if (epoch !== undefined && position && position.epoch !== epoch) return false;
  return ids.includes(id) || (position !== undefined && inRanges(ranges, position.offset));
};
