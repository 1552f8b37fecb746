import type { SentItem } from '../document.ts';

/** Time after the first attempt during which failed sends are retried. */
const GIVE_UP_MS = 3 * 24 * 60 * 60 * 1000;

/**
 * Whether the retry period is over. For documents from earlier versions, which don't record the first attempt, it
 * starts at `createdAt`.
 */
export const hasGivenUp = ({ since, createdAt }: SentItem, now: number): boolean =>
  (since ?? Date.parse(createdAt)) + GIVE_UP_MS < now;
