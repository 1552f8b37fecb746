import type { Head, Position } from '@tocsin/contracts';
import { keptIds, keptSegments } from '../../feed/history/history.ts';
import type { FeedLimits } from '../../feed/limits.ts';
import { highest, isHigher, newEpoch } from '../../feed/position.ts';
import type { HighWaterMarks } from './high-water-marks.ts';
import type { StoredHead } from '../ports.ts';
import { readHead, type ReadHeadDependencies } from './read-head.ts';

/** Facts that the caller of a turn knows, but the host might not. */
export interface CallerHints {
  /** The caller's high-water mark for the feed. */
  heard?: Position | undefined;
  /** A document that the head references and the caller couldn't find. A view reports it after two failed attempts. */
  lostDocument?: string | undefined;
}

export interface LoadDependencies extends ReadHeadDependencies {
  marks: HighWaterMarks;
  limits: FeedLimits;
  now: () => number;
  events: { lossDetected(feed: string, reason: string): void };
}

export interface LoadedHead {
  /** The head to build on; `undefined` if the next commit starts a new epoch. */
  base: Head | undefined;
  epoch: string;
  /** Whether the next commit starts `epoch`. */
  beginsEpoch: boolean;
  /** The stored head, whether or not the turn builds on it. */
  stored: Head;
  etag: number;
  /** Why the turn can't build on the stored head. */
  loss?: 'revived' | 'rolled back' | 'document missing' | undefined;
}

/**
 * Reads the head for a turn and checks whether the store has lost data. A head whose version and etag differ was
 * written back after the store was emptied. A head below the high-water mark was rolled back. A head that references a
 * missing document has a gap. Reports each loss to `events`.
 */
export async function loadHead(
  feed: string,
  caller: CallerHints,
  dependencies: LoadDependencies,
): Promise<LoadedHead> {
  const { marks, now } = dependencies;
  // Take the mark before reading the head: a mark that rises during the read could be newer than the head, so it
  // wouldn't prove a rollback.
  const expected = highest(marks.of(feed), caller.heard);
  const { head, etag } = await readHead(feed, dependencies);
  const loss = await lossOf(head, etag, expected, caller, dependencies);
  if (loss !== 'revived') marks.raise(feed, head);
  if (!loss) {
    // In a store that came back empty, feeds begin in a later epoch. If this feed had publications, readers must learn
    // of that epoch, so the next commit starts it by storing a head.
    const beginsEpoch = isLost(etag, expected);
    if (beginsEpoch) dependencies.events.lossDetected(feed, 'emptied');
    return { base: beginsEpoch ? undefined : head, epoch: head.epoch, beginsEpoch, stored: head, etag };
  }
  dependencies.events.lossDetected(feed, loss);
  const epoch = newEpoch(now(), highest(expected, marks.of(feed))?.epoch, head.epoch);
  return { base: undefined, epoch, beginsEpoch: true, stored: head, etag, loss };
}

/**
 * Whether the turn can build on the stored head. It can't if the head was lost, was written back after the store was
 * emptied, or is below the high-water mark.
 */
export const isSound = ({ head, etag }: StoredHead, expected: Position | undefined): boolean =>
  head.version === etag && !isLost(etag, expected) && !isHigher(expected, head);

/** Whether the feed's head is missing although the high-water mark shows that the feed had publications. */
export const isLost = (etag: number, expected: Position | undefined): boolean =>
  etag === 0 && expected !== undefined && expected.offset > 0;

async function lossOf(
  head: Head,
  etag: number,
  expected: Position | undefined,
  { lostDocument }: CallerHints,
  { log, limits, now }: LoadDependencies,
): Promise<LoadedHead['loss']> {
  if (head.version !== etag) return 'revived';
  if (isHigher(expected, head)) return 'rolled back';
  // Documents outside the feed's limits might have expired, which isn't a loss.
  const referenced = [
    ...keptSegments(head.segments, limits, now()),
    ...keptIds(head.ids, limits, now()),
    ...keptIds(head.retractions ?? [], limits, now()),
  ];
  if (lostDocument !== undefined && referenced.some(({ key }) => key === lostDocument)) {
    const [document] = await log.readDocuments([lostDocument]);
    if (document === undefined) return 'document missing';
  }
  return undefined;
}
