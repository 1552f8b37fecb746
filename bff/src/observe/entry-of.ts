import { entryKey, partitionEntryKey } from '@tocsin/contracts';
import type { Taken } from '../feed/commit/plan-commit.ts';

/** Key of the last entry that a commit took. */
export const entryOf = (
  feed: string,
  { run, partition, to: seq }: Pick<Taken, 'run' | 'partition' | 'to'>,
): string =>
  partition === undefined ? entryKey({ run, feed, seq }) : partitionEntryKey({ run, partition, seq });
