import type { Position } from '@tocsin/contracts';
import { TemporaryError } from '../../deliver/errors.ts';
import { isSound } from '../../deliver/load/load-head.ts';
import { readHead } from '../../deliver/load/read-head.ts';
import type { StoredHead } from '../../deliver/ports.ts';
import { highest } from '../../feed/position.ts';
import type { ViewDependencies } from './view-dependencies.ts';

/**
 * Reads the head. If the head is below the high-water mark, the feed's host repairs it first. Also compares the head
 * with the view's own position, since the instance might have forgotten the high-water mark.
 */
export async function readSoundHead(
  feed: string,
  viewPosition: Position | undefined,
  dependencies: ViewDependencies,
): Promise<StoredHead> {
  const heard = highest(dependencies.marks.of(feed), viewPosition);
  const stored = await readHead(feed, dependencies);
  if (isSound(stored, heard)) return stored;
  const { position } = await dependencies.routeFeedTurn(feed, undefined, { heard });
  // The turn may have started a new epoch. While that epoch has no publications, no broadcast raises the mark.
  dependencies.marks.raise(feed, position);
  const repaired = await readHead(feed, dependencies);
  if (!isSound(repaired, highest(heard, position)))
    throw new TemporaryError(`the head of ${feed} was lost again`);
  return repaired;
}
