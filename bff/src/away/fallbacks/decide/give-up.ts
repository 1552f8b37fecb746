import type { SentItem } from '../document.ts';

/** Failed sends are retried for this long after the first attempt. */
const GIVE_UP_MS = 3 * 24 * 60 * 60 * 1000;

/**
 * Whether the time for retries is over. It counts from `createdAt` in documents of earlier versions, which do not
 * record the first attempt.
 */
export const hasGivenUp = ({ since, createdAt }: SentItem, now: number): boolean =>
  (since ?? Date.parse(createdAt)) + GIVE_UP_MS < now;
