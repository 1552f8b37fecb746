import { entryKey, idOfPublication, partitionEntryKey, type Publication } from '@tocsin/contracts';
import type { FeedBatch } from '../feed/commit/plan-commit.ts';

/** Keeps log lines below 64 KB, the most that the Dapr CLI can read. */
const MAX_LOGGED_IDS = 200;

export const loggedIds = (publications: readonly Publication[]): string[] =>
  publications.slice(0, MAX_LOGGED_IDS).map(idOfPublication);

/** Returns the key of the last entry in a batch. */
export const lastEntryKey = (
  feed: string,
  { run, partition, to: seq }: Pick<FeedBatch, 'run' | 'partition' | 'to'>,
): string =>
  partition === undefined ? entryKey({ run, feed, seq }) : partitionEntryKey({ run, partition, seq });
