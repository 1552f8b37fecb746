import type { Head, Publication } from '@tocsin/contracts';
import { keptSegments } from '../../feed/history/history.ts';
import { readRange } from '../load/read-segments.ts';
import type { TurnDependencies } from '../turn/turn.ts';
import type { Activation } from './activation.ts';

/** The publications of the head's last commit, if it was one of this run: an earlier attempt of the turn made it. */
export async function earlierPublications(
  head: Head,
  run: string,
  activation: Activation,
  { log, limits, now }: Pick<TurnDependencies, 'log' | 'limits' | 'now'>,
): Promise<readonly Publication[]> {
  const range = head.unconfirmed.find((one) => one.run === run && one.last >= one.first);
  if (!range) return [];
  const held = activation.publicationsOf(head);
  return held ?? readRange(log, keptSegments(head.segments, limits, now()), range.first, range.last);
}
