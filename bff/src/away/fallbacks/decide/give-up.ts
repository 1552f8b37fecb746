import type { SentItem } from '../document.ts';

/** Time after the first attempt during which failed sends are retried. */
const GIVE_UP_MS = 3 * 24 * 60 * 60 * 1000;

/**
 * Whether the retry period is over. It begins at the first attempt, or at `createdAt` if an earlier version wrote the
 * document and didn't record the first attempt.
 */
export const hasGivenUp = ({ since, createdAt }: SentItem, now: number): boolean =>
  (since ?? Date.parse(createdAt)) + GIVE_UP_MS < now;
