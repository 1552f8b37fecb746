import type { InboxDocument, Ranges } from '@tocsin/contracts';
import type { History } from '../marks/advance.ts';
import { outside, type LeavingMarks } from '../marks/leaving-marks.ts';
import { marksIn } from './document.ts';

/** The archive marks that the inbox drops with this change: those of an earlier epoch, and those below the history. */
export function leavingArchived(
  before: InboxDocument,
  after: InboxDocument,
  { feed, epoch, floor }: { feed: string; epoch: string; floor: number },
): LeavingMarks[] {
  const earlier = before.feeds[feed];
  const below = marksIn(after, feed, epoch).archived.filter(([, last]) => last < floor);
  return [
    ...(earlier && earlier.epoch !== epoch ? [archivedIn(earlier.epoch, earlier.archived)] : []),
    archivedIn(epoch, below),
  ].filter(({ ranges }) => ranges.length > 0);
}

const archivedIn = (epoch: string, ranges: Ranges): LeavingMarks => ({
  ...{ state: 'archived', epoch, ranges, ids: [] },
});

/** The archive marks of a request that the inbox does not accept, because the history no longer has their ids. */
export async function archivedOutside(ids: ReadonlySet<string>, history: History): Promise<LeavingMarks[]> {
  const unknown = await outside(ids, history);
  return unknown.length > 0 ? [{ state: 'archived', ranges: [], ids: unknown }] : [];
}
