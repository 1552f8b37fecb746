import type { Head, Position } from '@tocsin/contracts';
import { keptIds, keptSegments } from '../../feed/history/history.ts';
import type { FeedLimits } from '../../feed/limits.ts';
import { highest, isHigher, newEpoch } from '../../feed/position.ts';
import type { HighWaterMarks } from './high-water-marks.ts';
import type { StoredHead } from '../ports.ts';
import { readHead, type ReadHeadDependencies } from './read-head.ts';

/** What the caller of a turn knows that the host may not. */
export interface CallerKnowledge {
  /** The highest position that the calling instance has heard of. */
  heard?: Position | undefined;
  /** A document that a reader missed twice though the head names it. */
  lostDocument?: string | undefined;
}

export interface LoadDependencies extends ReadHeadDependencies {
  marks: HighWaterMarks;
  limits: FeedLimits;
  now: () => number;
}

export interface LoadedHead {
  /** The head to build on; none when the next commit starts a new epoch. */
  base: Head | undefined;
  epoch: string;
  /** Whether `epoch` begins with the next commit. */
  begins: boolean;
  /** The head as it stands, also when it is not built on. */
  stored: Head;
  etag: number;
  /** Why a head that is there is not built on. */
  loss?: 'revived' | 'rolled back' | 'document missing' | undefined;
}

/**
 * Reads the head at the beginning of a turn, or of a feed that has none its beginning, and judges whether the store
 * has lost something: a head whose version is not its etag was revived on an emptied store; one below the highest
 * position heard was rolled back; one that names a missing document has a hole.
 */
export async function loadHead(
  feed: string,
  caller: CallerKnowledge,
  dependencies: LoadDependencies,
): Promise<LoadedHead> {
  const { marks, now } = dependencies;
  // Taken before the head is read: what is heard meanwhile may be newer than that head, and says nothing against it.
  const said = highest(marks.of(feed), caller.heard);
  const { head, etag } = await readHead(feed, dependencies);
  const loss = await lossOf(head, etag, said, caller, dependencies);
  if (loss !== 'revived') marks.raise(feed, head);
  if (!loss) {
    // Something was published, and now there is no head: what is told to readers of the later epoch is stored.
    const begins = isLost(etag, said);
    return { base: begins ? undefined : head, epoch: head.epoch, begins, stored: head, etag };
  }
  const epoch = newEpoch(now(), highest(said, marks.of(feed))?.epoch, head.epoch);
  return { base: undefined, epoch, begins: true, stored: head, etag, loss };
}

/** Whether a head is there if it ever was, was not revived on an emptied store, and is not lower than what was heard before. */
export const isSound = ({ head, etag }: StoredHead, said: Position | undefined): boolean =>
  head.version === etag && !isLost(etag, said) && !isHigher(said, head);

/** Whether a head that is not stored belongs to a feed of which something was heard. */
export const isLost = (etag: number, said: Position | undefined): boolean =>
  etag === 0 && said !== undefined && said.offset > 0;

async function lossOf(
  head: Head,
  etag: number,
  said: Position | undefined,
  { lostDocument }: CallerKnowledge,
  { log, limits, now }: LoadDependencies,
): Promise<LoadedHead['loss']> {
  if (head.version !== etag) return 'revived';
  if (isHigher(said, head)) return 'rolled back';
  // What is not remembered any more may have expired, which is no loss.
  const named = [
    ...keptSegments(head.segments, limits, now()),
    ...keptIds(head.ids, limits, now()),
    ...keptIds(head.retractions ?? [], limits, now()),
  ];
  if (lostDocument !== undefined && named.some(({ key }) => key === lostDocument)) {
    const [document] = await log.readDocuments([lostDocument]);
    if (document === undefined) return 'document missing';
  }
  return undefined;
}
