import { entryKey, partitionEntryKey } from '@tocsin/contracts';
import type { FeedBatch } from '../feed/commit/plan-commit.ts';

/** Key of the last entry that a commit took. */
export const entryOf = (
  feed: string,
  { run, partition, to: seq }: Pick<FeedBatch, 'run' | 'partition' | 'to'>,
): string =>
  partition === undefined ? entryKey({ run, feed, seq }) : partitionEntryKey({ run, partition, seq });
